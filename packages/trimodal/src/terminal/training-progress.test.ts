import { expect, test } from 'vitest';
import { trainingProgress } from './training-progress';

/** What is written to a stream. */
function shown(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, columns: 60, write: (text: string) => Boolean(written.push(text)) };
  const progress = trainingProgress(20, stream as unknown as NodeJS.WriteStream);
  const stamp = { sequence: 0, time: '' };
  const numbers = { loss: 1.5, learningRate: 5e-4, terms: { task: 1, cycle: 0.25 } };
  const step = (n: number) =>
    progress.onEvent({ ...stamp, ...numbers, type: 'step', epoch: 3, step: n, msPerStep: 12.34, msLeft: 65_000 });
  progress.onEvent({
    ...stamp,
    type: 'run-start',
    epochs: 20,
    config: null,
    configHash: '',
    refused: ['epoch-2 is torn'],
  });
  step(7);
  step(8);
  const metrics = { mae: 0.9, corr: 0.5, acc7: 0.4 };
  progress.onEvent({ ...stamp, ...numbers, type: 'epoch', epoch: 3, step: 8, metrics, isBest: true, ms: 1 });
  progress.note('note');
  progress.end();
  return written;
}

test('elsewhere: a line for each epoch, and now and then one for a step', () => {
  expect(shown(false)).toEqual([
    'checkpoint refused: epoch-2 is torn\n',
    'epoch 3/20, step 7: loss 1.500, 12.3 ms a step, 1 min 05 s left (task 1.000 cycle 0.250)\n',
    'epoch  3  loss 1.500  valid mae 0.900 corr 0.500  lr 5.0e-4  best so far\n',
    'note\n',
  ]);
});

test('in a terminal: one line that moves, cut to its width, taken away for each that stays', () => {
  const clear = '\r\x1b[2K';
  const written = shown(true);
  expect(written.filter((text) => text.includes('step 8'))).toEqual([
    `${clear}epoch 3/20, step 8: loss 1.500, 12.3 ms a step, 1 min 05 s `,
  ]);
  const note = written.indexOf('note\n');
  expect(written[note - 1]).toBe(clear);
  expect(written.at(-1)).toBe(clear);
});
