// npm run demo: DBR trained, evaluated and inspected on the synthetic benchmark, from the built command line.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../packages/trimodal/bin/trimodal.js', import.meta.url));
const folder = join('runs', 'demo');
const { status } = spawnSync(process.execPath, [program, 'demo', '--out', folder], { stdio: 'inherit' });
process.exit(status ?? 1);
