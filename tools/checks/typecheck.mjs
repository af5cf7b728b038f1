// Checks the types of the package in whose folder it is run, on the sources of the packages that it imports.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = process.cwd();
const config = join(root, 'node_modules/.cache/typecheck', `${basename(folder)}.json`);
mkdirSync(dirname(config), { recursive: true });
writeFileSync(
  config,
  JSON.stringify({
    extends: relative(dirname(config), join(root, 'tsconfig.json')),
    compilerOptions: { typeRoots: [join(root, 'node_modules/@types')] },
    // what `trimodal new` writes is typed as it is
    include: [join(folder, 'src'), join(folder, 'templates')],
  }),
);
const tsc = join(root, 'node_modules/typescript/bin/tsc');
process.exit(spawnSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' }).status ?? 1);
