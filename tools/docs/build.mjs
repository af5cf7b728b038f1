// npm run docs: writes the pages that are made (the reference, the READMEs of packages), then builds the site into
// docs/.vitepress/dist. With `dev` the site is served instead, and follows what is written.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer } from 'vitepress';
import { ROOT } from '../checks/workspace.mjs';
import { packagesOfTheSite } from './links.mjs';
import { writeReference } from './reference.mjs';

const DOCS = join(ROOT, 'docs');

for (const made of ['api', 'packages']) rmSync(join(DOCS, made), { recursive: true, force: true });
mkdirSync(join(DOCS, 'packages'));
for (const { name, folder } of packagesOfTheSite()) {
  const note = '<!-- made of the README of the package -->';
  writeFileSync(join(DOCS, 'packages', `${name}.md`), `${readFileSync(join(folder, 'README.md'), 'utf8')}\n${note}\n`);
}
for (const problem of await writeReference(join(DOCS, 'api'))) {
  console.error(problem);
  process.exitCode = 1;
}

if (process.argv[2] === 'dev') {
  const server = await createServer(DOCS);
  await server.listen();
  server.printUrls();
} else {
  await build(DOCS);
}
