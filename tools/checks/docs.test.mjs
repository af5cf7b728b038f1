import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linkProblems, linksOf, siteProblems } from './docs.mjs';
import { blockProblem } from './docs-commands.mjs';

function folderWith(files) {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  mkdirSync(join(folder, 'sub'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test('linksOf leaves code out and tells lines', () => {
  const page = '[a](a.md)\n```md\n[b](b.md)\n```\n`[c](c.md)` ![d](d.svg "D")\n[e]: e.md#x\n<img src="f.png">\n';
  expect(linksOf(page)).toEqual([
    { link: 'a.md', line: 1 },
    { link: 'd.svg', line: 5 },
    { link: 'e.md#x', line: 6 },
    { link: 'f.png', line: 7 },
  ]);
});

test('anchorsOf are those of GitHub', () => {
  expect([...anchorsOf('# A `b`, c!\n## [Two](x.md) words\n```sh\n# no\n```\n## A b c\n')]).toEqual([
    'a-b-c',
    'two-words',
    'a-b-c-1',
  ]);
});

test('linkProblems names files, folders and headings that are not there', () => {
  const files = {
    'README.md':
      '[ok](sub/a.md#there) [web](https://x.org/y) [own](#own)\n# Own\n[no](sub/b.md) [no](sub/a.md#gone) [ok](sub)\n',
    'sub/a.md': '# There\n[up](../README.md) [up](../LICENSE)\n',
  };
  const root = folderWith(files);
  const tracked = new Set(Object.keys(files));
  expect(linkProblems(root, 'README.md', tracked)).toEqual([
    'README.md:3: sub/b.md is not in the repository',
    'README.md:3: sub/a.md#gone has no such heading',
  ]);
  expect(linkProblems(root, 'sub/a.md', tracked)).toEqual(['sub/a.md:2: ../LICENSE is not in the repository']);
});

test('siteProblems follows clean addresses, anchors and files', () => {
  const site = folderWith({
    'index.html': '<a href="/sub/a#x">1</a><a href="/sub/a#y">2</a><a href="/b">3</a><img src="/c.svg">',
    'sub/a.html': '<h1 id="x"></h1><a href="../">up</a><a href="#x">x</a><a href="b.html">b</a>',
    'c.svg': '',
  });
  expect(siteProblems(site)).toEqual([
    'the site, index.html: /sub/a#y leads to no heading',
    'the site, index.html: /b leads to no page',
    'the site, sub/a.html: b.html leads to no page',
  ]);
});

test('a block is run or says why not', () => {
  expect(blockProblem({ language: 'sh', info: '' })).toBeUndefined();
  expect(blockProblem({ language: 'python', info: 'no-run CI has no Python' })).toBeUndefined();
  expect(blockProblem({ language: 'json', info: 'quick.json' })).toBeUndefined();
  expect(blockProblem({ language: 'sh', info: 'no-run' })).toMatch('why');
  expect(blockProblem({ language: 'json', info: '' })).toMatch('named');
  expect(blockProblem({ language: 'python', info: '' })).toMatch('python');
});
