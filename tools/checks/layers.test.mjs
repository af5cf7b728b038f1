import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importsOf, layerProblems } from './layers.mjs';

let root;

function write(file, content) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
}

function writePackage(name, fields = {}, source = '') {
  write(`packages/${name}/package.json`, {
    name: name === 'trimodal' ? name : `@trimodal/${name}`,
    exports: { '.': {}, './package.json': './package.json' },
    ...fields,
  });
  write(`packages/${name}/src/index.ts`, source);
}

/** A workspace of four levels without a breach. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layers-'));
  write('package.json', { devDependencies: { vitest: '4' } });
  writePackage('core', { devDependencies: { '@trimodal/testing': '*' } });
  writePackage('layers', { dependencies: { '@trimodal/core': '*' } }, "import { Rng } from '@trimodal/core';");
  writePackage('losses', { dependencies: { '@trimodal/core': '*' } });
  writePackage('fusion', { dependencies: { '@trimodal/core': '*', '@trimodal/layers': '*' } });
  write(
    'packages/fusion/src/gate.test.ts',
    "import '@trimodal/testing'; import 'vitest'; import 'node:fs'; import './index';",
  );
});
afterEach(() => rmSync(root, { recursive: true }));

test('a workspace without a breach has no problem', () => {
  expect(layerProblems(root)).toEqual([]);
});

test.each([
  ['import', "import { x } from '@trimodal/losses';"],
  ['type import', "import type { X } from '@trimodal/losses';"],
  ['import for its effect', "import '@trimodal/losses';"],
  ['re-export', "export * from '@trimodal/losses';"],
  ['named re-export', "export { x } from '@trimodal/losses';"],
  ['dynamic import', "const x = () => import('@trimodal/losses');"],
  ['dynamic import of a template', 'const x = import(`@trimodal/losses`);'],
  ['import type', "type X = import('@trimodal/losses').X;"],
  ['typeof import', "type X = typeof import('@trimodal/losses');"],
  ['import equals', "import x = require('@trimodal/losses');"],
  ['require', "const x = require('@trimodal/losses');"],
])('a sibling is found by its %s', (_, source) => {
  write('packages/layers/src/deep/er.ts', `\n${source}`);
  expect(layerProblems(root)).toEqual(['packages/layers/src/deep/er.ts:2: @trimodal/losses is a sibling on level 1']);
});

test('a word in a comment or a string is no import', () => {
  write('packages/layers/src/a.ts', "// import '@trimodal/losses'\nconst x = \"import '@trimodal/losses'\";");
  expect(layerProblems(root)).toEqual([]);
});

test('a higher level is found, in sources, in tests and in each list of a package.json', () => {
  write('packages/core/src/a.test.ts', "import '@trimodal/fusion';");
  writePackage('core', { peerDependencies: { '@trimodal/layers': '*' }, devDependencies: { '@trimodal/fusion': '*' } });
  expect(layerProblems(root)).toEqual([
    'packages/core/package.json peerDependencies: @trimodal/layers is on level 1, above level 0',
    'packages/core/package.json devDependencies: @trimodal/fusion is on level 3, above level 0',
    'packages/core/src/a.test.ts:1: @trimodal/fusion is on level 3, above level 0',
  ]);
});

test('a declared sibling is found without any import', () => {
  writePackage('losses', { dependencies: { '@trimodal/layers': '*' } });
  expect(layerProblems(root)).toEqual([
    'packages/losses/package.json dependencies: @trimodal/layers is a sibling on level 1',
  ]);
});

test('what is imported must be declared, and tests alone may use what is declared for development', () => {
  writePackage(
    'losses',
    { devDependencies: { lodash: '4' } },
    "import '@trimodal/core'; import 'lodash/fp'; import 'vitest';",
  );
  write('packages/losses/src/a.test.ts', "import 'lodash/fp';");
  expect(layerProblems(root)).toEqual(
    ['@trimodal/core', 'lodash', 'vitest'].map(
      (name) => `packages/losses/src/index.ts:1: ${name} is not declared in packages/losses/package.json`,
    ),
  );
});

test('the test helpers stay out of sources and of dependencies', () => {
  writePackage('losses', { dependencies: { '@trimodal/testing': '*' } }, "import '@trimodal/testing';");
  expect(layerProblems(root)).toEqual([
    'packages/losses/package.json dependencies: @trimodal/testing is for tests alone',
    'packages/losses/src/index.ts:1: @trimodal/testing is for tests alone',
  ]);
});

test('no way round: relative paths, files that are not exported, the package itself, unknown packages', () => {
  write(
    'packages/layers/src/index.ts',
    "import '../../core/src/rng';\nimport '@trimodal/core/src/rng';\nimport '@trimodal/layers';",
  );
  writePackage('losses', { dependencies: { '@trimodal/utils': '*' } });
  writePackage('utils');
  rmSync(join(root, 'packages/utils/package.json'));
  writePackage('helpers');
  expect(layerProblems(root)).toEqual([
    'packages/helpers: no level is given for it in tools/checks/layers.mjs',
    'packages/layers/src/index.ts:1: ../../core/src/rng leads out of the package',
    'packages/layers/src/index.ts:2: @trimodal/core does not export ./src/rng',
    'packages/layers/src/index.ts:3: @trimodal/layers is the package itself; import the file',
    'packages/losses/package.json dependencies: there is no package @trimodal/utils',
  ]);
});

test('importsOf gives each specifier with its line', () => {
  expect(importsOf("import a from 'a';\n\nexport type { B } from 'b';")).toEqual([
    { specifier: 'a', line: 1 },
    { specifier: 'b', line: 3 },
  ]);
});
