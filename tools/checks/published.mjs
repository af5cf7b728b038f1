// publint and attw over every package as it would be published.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packAll } from './packed.mjs';
import { binOf, packagesOf, ROOT, report } from './workspace.mjs';

const tarballs = packAll(join(ROOT, '.cache/published'));

/** What a linter of packages says of one tarball, or nothing. */
function complaints(program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: ROOT, encoding: 'utf8' });
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()];
}

const problems = packagesOf(ROOT).flatMap(({ manifest }) => {
  const tarball = tarballs[manifest.name];
  // the resolution of Node 10 knows no `exports`, so no subpaths; the oldest Node here is 20
  const profile = Object.values(manifest.exports).some((target) => target.require) ? 'node16' : 'esm-only';
  return [
    ...complaints(binOf('publint'), ['run', tarball, '--strict']),
    ...complaints(binOf('@arethetypeswrong/cli', 'attw'), [
      tarball,
      '--profile',
      profile,
      '--no-emoji',
      '--format',
      'ascii',
    ]),
  ];
});
report(`${Object.keys(tarballs).length} packages pass publint and attw`, problems);
