import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { printed } from '../__fixtures__/cli';
import { COMPONENT_KINDS } from '../component-files';
import { newComponent } from './new';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
// in the package, so that what is written there finds the workspace
const CACHE = join(PACKAGE, '.cache');
mkdirSync(CACHE, { recursive: true });
const folder = mkdtempSync(join(CACHE, 'new-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, options: Partial<Parameters<typeof newComponent>[1]> = {}) =>
  printed(async () => newComponent(name, { dir: folder, ...options })).then(({ text }) => text);
const read = (file: string, dir = folder) => readFileSync(join(dir, file), 'utf8');

describe('trimodal new component', () => {
  it('writes a component of the kind that its name ends with, else of the kind told, else a fusion', async () => {
    const dir = join(folder, 'kinds/below');
    await write('soft-shared-branch', { dir });
    await write('late', { dir });
    await write('odd-fusion', { dir, kind: 'encoder' });
    expect(read('soft-shared-branch.ts', dir)).toContain('class SoftSharedBranch implements SharedBranch');
    expect(read('late.ts', dir)).toContain('class Late implements Fusion<LateOutput>');
    expect(read('odd-fusion.ts', dir)).toContain('class OddFusion implements Encoder');
    expect(readdirSync(dir)).toHaveLength(6);
    for (const file of readdirSync(dir)) expect(read(file, dir)).not.toMatch(/my-|My[A-Z]/);
  });

  it('tells what to run and where an instance goes', async () => {
    const text = await write('told-private-branch');
    const test = join(folder, 'told-private-branch.test.ts');
    expect(text).toContain('ToldPrivateBranch, a private-branch that works');
    expect(text).toContain(`\n  npx vitest run ${test}\n`);
    expect(text).toContain('privateBranch: new ToldPrivateBranch(...)');
  });

  it('writes tests that pass, and the README shows how a model takes what it wrote', async () => {
    const dir = join(folder, 'run');
    for (const kind of COMPONENT_KINDS) await write(`other-${kind}`, { dir });
    await write('my-fusion', { dir });
    const [, example] = /```typescript\n(.*?)```/s.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8')) ?? [];
    expect(example).toContain("from './src/my-fusion'");
    const inTest = `import { test } from 'vitest';\n${example!.replace('./src/', './')}\ntest('runs', () => {});\n`;
    writeFileSync(join(dir, 'readme.test.ts'), inTest);
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
    const { TEST_RESULTS: _, ...env } = process.env; // its counts are not those of the package
    const config = join(PACKAGE, '../../vitest.config.ts');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [vitest, 'run', '--config', config, '--root', dir, '--reporter=json'],
      { encoding: 'utf8', env },
    );
    expect(status, stdout + stderr).toBe(0);
    const { testResults } = JSON.parse(stdout);
    expect(testResults).toHaveLength(COMPONENT_KINDS.length + 2);
  });

  it('replaces nothing, and leaves nothing half written', async () => {
    const dir = join(folder, 'there');
    mkdirSync(dir);
    writeFileSync(join(dir, 'first-fusion.test.ts'), 'mine');
    await expect(write('first-fusion', { dir })).rejects.toThrow(
      `Cannot write a component as it must not replace a file: got ${join(dir, 'first-fusion.test.ts')}; choose another name or --dir.`,
    );
    expect(readdirSync(dir)).toEqual(['first-fusion.test.ts']);
    expect(read('first-fusion.test.ts', dir)).toBe('mine');
    const file = join(dir, 'first-fusion.test.ts');
    await expect(write('second-fusion', { dir: file })).rejects.toThrow(
      `Cannot write a component as --dir must be a folder: got ${file}.`,
    );
  });

  it.each(['MyFusion', 'my_fusion', '-fusion', 'my--fusion', '2-fusion', '../fusion', 'a.b', ''])(
    'refuses the name %j',
    async (name) => {
      await expect(write(name)).rejects.toThrow(
        `Cannot write a component as its name must be kebab case, such as my-fusion: got ${JSON.stringify(name)}.`,
      );
    },
  );

  it.each(['fusion', 'shared-branch', 'linear', 'promise', 'forward-context'])(
    'refuses %s, whose class is called as something that the file uses or that the language has',
    async (name) => {
      const dir = join(folder, 'taken');
      await expect(write(name, { dir })).rejects.toThrow(/must be a name of its own: got .*; try my-/);
      expect(existsSync(join(dir, `${name}.ts`))).toBe(false);
    },
  );
});
