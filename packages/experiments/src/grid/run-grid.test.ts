import { expect, test } from 'vitest';
import { runGrid } from './run-grid';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('so many at a time, outcomes in the order of the jobs', async () => {
  let running = 0;
  let most = 0;
  const started: number[] = [];
  const outcomes = await runGrid({
    jobs: [5, 1, 3, 2, 4],
    concurrency: 2,
    onStart: (job) => started.push(job),
    run: async (job) => {
      most = Math.max(most, ++running);
      await sleep(job * 4);
      running--;
      return job * 10;
    },
  });
  expect(most).toBe(2);
  expect(started).toEqual([5, 1, 3, 2, 4]);
  expect(outcomes.map((outcome) => (outcome.status === 'done' ? outcome.value : outcome.status))).toEqual([
    50, 10, 30, 20, 40,
  ]);
});

test('one that fails does not stop the others', async () => {
  const outcomes = await runGrid({
    jobs: ['a', 'b', 'c'],
    concurrency: 1,
    run: async (job) => {
      if (job === 'b') throw new Error('diverged');
      return job;
    },
  });
  expect(outcomes.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
  expect(outcomes[1]).toMatchObject({ error: new Error('diverged') });
});

test('after an abort nothing is started, and what runs is waited for', async () => {
  const abort = new AbortController();
  const ended: string[] = [];
  const outcomes = await runGrid({
    jobs: ['a', 'b', 'c', 'd'],
    concurrency: 2,
    signal: abort.signal,
    onEnd: ({ job, status }) => ended.push(`${job} ${status}`),
    run: async (job, signal) => {
      if (job === 'a') {
        await sleep(1);
        abort.abort();
        return 'whole';
      }
      await sleep(10);
      return signal.aborted ? undefined : 'too late';
    },
  });
  expect(outcomes.map(({ status }) => status)).toEqual(['done', 'stopped', 'stopped', 'stopped']);
  expect(ended).toEqual(['a done', 'b stopped']);
});

test('no worker is refused', async () => {
  await expect(runGrid({ jobs: [1], concurrency: 0, run: async () => 1 })).rejects.toThrow('a positive integer: got 0');
});
