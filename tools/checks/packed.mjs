// The built packages as npm would carry them: packed once, for the checks that look at tarballs.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { binOf, packagesOf, ROOT, run } from './workspace.mjs';

export const PNPM = 'pnpm@12.21.0';

/** Builds and packs every package into `folder`; gives the tarballs by package name. */
export function packAll(folder) {
  run(process.execPath, [binOf('nx'), 'run-many', '--targets=build'], { cwd: ROOT });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run('npx', ['-y', PNPM, '--recursive', '--filter', './packages/*', 'pack', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const tarballs = readdirSync(folder);
  return Object.fromEntries(
    packagesOf(ROOT).map(({ manifest: { name, version } }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
      if (!tarballs.includes(file))
        throw new Error(`Cannot find the tarball of ${name} as pnpm pack must have made ${file}.`);
      return [name, join(folder, file)];
    }),
  );
}
