// Makes a fresh clone ready: installs what is missing through the pinned pnpm, then bundles every package. Both are
// skipped when nothing has changed. Needs Node and npm alone, so it uses no package.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const OLDEST_NODE = [20, 19];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const stamp = join(root, 'node_modules/.cache/setup-stamp');

checkNode();
const wanted = installHash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  step('Installing dependencies', 'npx', [
    '-y',
    PNPM,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
  ]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
step('Bundling packages', process.execPath, [
  join(root, 'node_modules/nx', JSON.parse(readFileSync(join(root, 'node_modules/nx/package.json'), 'utf8')).bin.nx),
  'run-many',
  '--targets=bundle',
]);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`Cannot set up Trimodal as Node must be ${OLDEST_NODE.join('.')} or newer: got ${process.version}.`);
  }
}

/** A hash of all that decides what an install leaves behind. */
function installHash() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}`);
  const manifests = ['packages', 'tools'].flatMap((group) =>
    readdirSync(join(root, group))
      .sort()
      .map((name) => join(group, name, 'package.json')),
  );
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    if (existsSync(join(root, file))) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Runs a command in silence behind one line of progress; its output is shown only if it fails. */
function step(title, command, args) {
  const start = performance.now();
  process.stdout.write(`${title} ... `);
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && command === 'npx',
  });
  if (status === 0) {
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
    return;
  }
  console.log('failed');
  fail(
    `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}\n${title} failed: ${command} ${args.join(' ')}`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
