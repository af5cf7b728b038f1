import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Missingness } from '@trimodal/data';
import { describe, expect, test } from 'vitest';
import { conditionsOf, WHOLE } from './protocols';
import { type RawResult, readRawResult, testRun } from './raw-result';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'experiments-')), 'raw', 'frame-uniform-test.json');
const key = { checkpoint: 'c', dataHash: 'd', split: 'test', protocol: 'frame-uniform', backend: 'cpu' } as const;
const conditions = conditionsOf('frame-uniform', { rates: [0, 0.5], modalities: ['text'] });
const ids = ['a', 'b', '@line 0'];

/** A model that knows nothing but the rate; tells what it was asked. */
function scorer(failAt?: number) {
  const asked: unknown[] = [];
  const score = async (missingness: Missingness | undefined) => {
    const rate = missingness && 'rate' in missingness ? missingness.rate! : -1;
    if (rate === failAt) throw new Error('power cut');
    asked.push(rate);
    return {
      truth: Float32Array.of(1, 2, 3),
      predictions: Float32Array.of(0.1, 1 / 3, rate),
      scores: { mae: rate },
      maskHash: `m${rate}`,
    };
  };
  return { asked, score };
}
const testOn = (file: string, model: ReturnType<typeof scorer>, more: Partial<Parameters<typeof testRun>[0]> = {}) =>
  testRun({ file, key, conditions, ids, task: { kind: 'regression', range: [-3, 3] }, score: model.score, ...more });

test('every condition is written as it is found, and to the last bit', async () => {
  const file = newFile();
  const result = await testOn(file, scorer());
  expect(result.conditions.map(({ name, maskHash, scores }) => [name, maskHash, scores['mae']])).toEqual([
    ['0', 'm0', 0],
    ['0.5', 'm0.5', 0.5],
  ]);
  const read = readRawResult(file);
  expect(read).toEqual(result);
  expect(Float32Array.from(read.conditions[1]!.predictions)).toEqual(Float32Array.of(0.1, 1 / 3, 0.5));
  expect(read.ids).toEqual(ids);
  // the long arrays take a line each
  expect(readFileSync(file, 'utf8')).toContain('"predictions": [0.100000001,0.333333343,0.5]');
});

test('a second call scores nothing, a longer one only what is new', async () => {
  const file = newFile();
  const first = await testOn(file, scorer());
  const again = scorer();
  expect(await testOn(file, again)).toEqual(first);
  expect(again.asked).toEqual([]);
  const longer = scorer();
  const more = conditionsOf('frame-uniform', { rates: [0.25, 0.5, 1], modalities: ['text'] });
  const { conditions: found } = await testOn(file, longer, { conditions: more });
  expect(longer.asked).toEqual([0.25, 1]);
  expect(found.map(({ name }) => name)).toEqual(['0.25', '0.5', '1']);
  // and what was asked before is still there
  expect(readRawResult(file).conditions.map(({ name }) => name)).toEqual(['0', '0.5', '0.25', '1']);
});

test('one that was interrupted goes on', async () => {
  const file = newFile();
  await expect(testOn(file, scorer(0.5))).rejects.toThrow('power cut');
  const after = scorer();
  expect((await testOn(file, after)).conditions).toHaveLength(2);
  expect(after.asked).toEqual([0.5]);
});

test.each(Object.keys(key))('another %s: all is scored anew', async (name) => {
  const file = newFile();
  await testOn(file, scorer());
  const other = scorer();
  await testOn(file, other, { key: { ...key, [name]: 'other' } as RawResult['key'] });
  expect(other.asked).toEqual([0, 0.5]);
});

test('the whole split is a condition, too', async () => {
  const model = scorer();
  const { conditions: found } = await testOn(newFile(), model, { conditions: [WHOLE] });
  expect(found[0]!.name).toBe('whole');
  expect(model.asked).toEqual([-1]);
});

describe('a damaged file is refused, by its name', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    ['torn', (text) => text.slice(0, 50), /must be JSON: .*delete it, and it is made again/],
    ['of something else', () => '{}', /its format must be "trimodal-raw-result-1": got undefined/],
    ['changed', (text) => text.replace('0.333333343', '0.333333373'), /the predictions of "0" must have the SHA-256/],
  ])('%s', async (_, damage, message) => {
    const file = newFile();
    await testOn(file, scorer());
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    expect(() => readRawResult(file)).toThrow(message);
    await expect(testOn(file, scorer())).rejects.toThrow(file);
  });
});
