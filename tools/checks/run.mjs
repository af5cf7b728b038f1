// npm run check: every check of the repository, a line each; what a failing one says follows its line.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binOf, ROOT } from './workspace.mjs';

const script = (name) => [join(ROOT, 'tools/checks', `${name}.mjs`)];
const CHECKS = [
  ['layers', script('layers')],
  ['clean', script('clean')],
  ['manifests', script('manifests')],
  ['lint', [binOf('@biomejs/biome'), 'check', '.']],
  ['typecheck', [binOf('nx'), 'run-many', '--targets=typecheck']],
  ['readme examples', script('readme-examples')],
  ['docs commands', script('docs-commands')],
  ['docs', script('docs')],
  ['published', script('published')],
  ['consumers', script('consumers')],
  ['node versions', script('node-versions')],
];

const counts = { numPassedTests: 0, numFailedTests: 0 };
for (const [name, command] of CHECKS) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  counts[status === 0 ? 'numPassedTests' : 'numFailedTests']++;
  const says = command[0].startsWith(join(ROOT, 'tools')) && status === 0 ? `: ${stdout.trim()}` : '';
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}${says} (${seconds} s)`);
  if (status !== 0) console.log(`${stdout}${stderr}`);
}

const results = process.env.TEST_RESULTS;
if (results) {
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'checks-of-the-repository.json'), JSON.stringify(counts));
}
process.exitCode = counts.numFailedTests ? 1 : 0;
