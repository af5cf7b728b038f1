// Every ```ts block of every README and page of docs is checked against the types and run, on the sources.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { binOf, packagesOf, ROOT, report, trackedFiles } from './workspace.mjs';

const FOLDER = join(ROOT, '.cache/readme-examples');

/** The ```ts blocks of a page: code, and the line that it begins at. */
export function examplesOf(markdown) {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    code: match[1],
    line: markdown.slice(0, match.index).split('\n').length + 1,
  }));
}

/** Where each import of the workspace leads: `@trimodal/blocks/tsf` to the source behind that export. */
export function sourcesByImport(root) {
  return Object.fromEntries(
    packagesOf(root).flatMap(({ folder, manifest }) =>
      Object.entries(manifest.exports)
        .filter(([, target]) => target['@trimodal/source'])
        .map(([subpath, target]) => [manifest.name + subpath.slice(1), join(folder, target['@trimodal/source'])]),
    ),
  );
}

/** Writes each example to a file of its own whose lines have the numbers that they have in the page. */
function writeExamples(pages, sources) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const examples = pages.flatMap((page) =>
    examplesOf(readFileSync(join(ROOT, page), 'utf8')).map(({ code, line }) => {
      const file = `${page.replaceAll('/', '__')}.${line}.ts`;
      writeFileSync(join(FOLDER, file), `${'\n'.repeat(line - 1)}${code}\nexport {};\n`);
      return { title: `${page}:${line}`, file };
    }),
  );
  const tests = examples.map(
    ({ title, file }) => `test(${JSON.stringify(title)}, () => import('./${file.slice(0, -3)}'));`,
  );
  writeFileSync(
    join(FOLDER, 'examples.test.ts'),
    `// @ts-nocheck
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';

process.chdir(mkdtempSync(join(tmpdir(), 'readme-')));

${tests.join('\n')}
`,
  );
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { paths: Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, [file]])) },
      include: ['*.ts'],
    }),
  );
  return examples;
}

/** Runs a program of the root's dependencies; its output if it fails. */
function failureOf(program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: FOLDER,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status === 0) return [];
  const named = `${stdout}${stderr}`.replaceAll(/[\w./-]*?((?:\w+__)*[\w.-]+\.md)\.\d+\.ts/g, (_, page) =>
    page.replaceAll('__', '/'),
  );
  return [named.trim()];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const pages = trackedFiles(ROOT).filter((file) => /^(README|docs\/.*|packages\/[\w-]+\/README)\.md$/.test(file));
  const examples = writeExamples(pages, sourcesByImport(ROOT));
  const bare = packagesOf(ROOT)
    .filter(({ manifest }) => !manifest.bin)
    .map(({ folder }) => relative(ROOT, join(folder, 'README.md')))
    .filter((page) => existsSync(join(ROOT, page)) && !examples.some(({ title }) => title.startsWith(`${page}:`)))
    .map((page) => `${page} must show its main components in \`\`\`ts blocks`);
  report(`${examples.length} examples of READMEs and docs are typed and run`, [
    ...bare,
    ...failureOf(binOf('typescript', 'tsc'), ['-p', '.']),
    ...failureOf(binOf('vitest'), ['run', '--config', join(ROOT, 'tools/checks/readme-examples.config.mjs')]),
  ]);
}
