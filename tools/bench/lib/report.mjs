import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { CACHE, HERE } from './bundle.mjs';
import { describeMachine } from './machine.mjs';
import { page } from './page.mjs';
import { torchVersion } from './python.mjs';

const PARTS = ['step', 'epoch', 'infer', 'memory', 'startup', 'profile'];
const PAGE = join(HERE, '../../docs/results/speed.md');

/**
 * Measures every part, or those asked for, and writes docs/results/speed.md. Each part is kept when it is done: the others of the
 * page are those of the last time.
 *
 * @param commands Part by name; each returns its result.
 */
export async function report({ python }, commands, asked = PARTS) {
  const folder = join(CACHE, 'results');
  mkdirSync(folder, { recursive: true });
  const fileOf = (part) => join(folder, `${part}.json`);
  for (const part of asked) {
    console.log(`\n${part}`);
    const about = {
      at: new Date().toISOString().slice(0, 16).replace('T', ' '),
      commit: commitNow(),
      load: loadavg()[0],
    };
    const result = await commands[part]();
    writeWhole(fileOf(part), JSON.stringify({ ...about, result }));
  }
  const measured = { about: { machine: describeMachine(), versions: versions(python) } };
  for (const part of PARTS) {
    if (existsSync(fileOf(part))) measured[part] = JSON.parse(readFileSync(fileOf(part), 'utf8'));
  }
  writeWhole(PAGE, page(measured));
  console.log('Written to docs/results/speed.md');
  return measured;
}

function versions(python) {
  const require = createRequire(import.meta.url);
  return {
    node: process.version,
    'onnxruntime-node': require('onnxruntime-node/package.json').version,
    ...(python ? { torch: torchVersion(python) } : {}),
  };
}

function commitNow() {
  const git = (...args) => spawnSync('git', args, { cwd: HERE, encoding: 'utf8' }).stdout.trim();
  const changed = git('status', '--porcelain', '--', '../../packages') !== '';
  return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
}

function writeWhole(file, text) {
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}
