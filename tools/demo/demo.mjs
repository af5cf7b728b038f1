// npm run demo: DBR on the synthetic benchmark, by the built command line; the run stays in runs/demo.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
rmSync(`${root}/runs/demo`, { recursive: true, force: true });
const args = ['packages/trimodal/bin/trimodal.js', 'demo', '--out', 'runs/demo'];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
