import { expect, test } from 'vitest';
import { blocksOf, commandsOf, missingLine } from './blocks.mjs';

test('blocksOf tells language, info, text and line', () => {
  const page = '# A\n\n```sh no-run needs a GPU\nnpx x\n```\n\n```text\nout\n```\n';
  expect(blocksOf(page)).toEqual([
    { language: 'sh', info: 'no-run needs a GPU', text: 'npx x\n', line: 3 },
    { language: 'text', info: '', text: 'out\n', line: 7 },
  ]);
});

test('commandsOf joins lines and drops comments, but keeps a # inside a word', () => {
  expect(commandsOf('# first\nnpx a --x \\\n  --y  # why\n\nnpx b c#d\n')).toEqual(['npx a --x --y', 'npx b c#d']);
});

test('missingLine forgives numbers and widths, not words or order', () => {
  const output = '┌─────┬──────┐\n│ mae │ 10.5 │\nepoch 2  loss 0.71  best so far\ndone\n';
  expect(missingLine('┌───┬───┐\n│ mae │ 0.9 │\n...\ndone\n', output)).toBeUndefined();
  expect(missingLine('epoch 1  loss 3 ...\n', output)).toBeUndefined();
  expect(missingLine('│ corr │ 0.9 │\n', output)).toBe('│ corr │ 0.9 │');
  expect(missingLine('done\n│ mae │ 0.9 │\n', output)).toBe('│ mae │ 0.9 │');
  expect(missingLine('epoch 1  rate 3 ...\n', output)).toBe('epoch 1  rate 3 ...');
});
