import * as tf from '@tensorflow/tfjs';
import { toOnnx } from '@trimodal/compiler';
import { createDataset, MemoryRows, type RawSplit } from '@trimodal/data';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { normalizationOf, standardize } from './normalization';

const [TIME, DIM] = [3, 4];

/**
 * A mean of a million beside a spread of about 1, a constant, what isn't finite, and rubbish where nothing was observed.
 */
function split(size: number, seed: number): RawSplit {
  const features = Float32Array.from({ length: size * TIME * DIM }, (_, i) => {
    const wave = Math.sin(seed + i * i);
    return [1e6 + Math.round(8 * wave) / 8, 3 * wave, 7, i === 3 ? Number.NaN : i === 15 ? -Infinity : wave][i % DIM]!;
  });
  return {
    ids: Array.from({ length: size }, (_, i) => `${seed}-${i}`),
    features: { audio: new MemoryRows(features, [size, TIME, DIM]) },
    lengths: { audio: Int32Array.from({ length: size }, (_, i) => (i + 1) % (TIME + 1)) },
    labels: new Float32Array(size),
  };
}

test('raw features become what a dataset makes of them, eagerly and in a file', async () => {
  const raw = {
    splits: { train: split(40, 1), valid: split(5, 2), test: split(9, 3) },
    task: { kind: 'regression', range: [-3, 3] } as const,
    source: 'test',
    dataHash: 'test',
    close: () => {},
  };
  const before = raw.splits.test.features.audio!.readAll().slice();
  const dataset = createDataset(raw);
  const { audio } = normalizationOf(dataset);
  expect(audio!.scale[2]).toBe(0);
  const { size, lengths, readRows } = dataset.splits.test;
  const wanted = new Float32Array(size * TIME * DIM);
  readRows('audio', [...Array(size).keys()], wanted);

  const mask = Float32Array.from({ length: size * TIME }, (_, i) =>
    Number(i % TIME < lengths.audio![Math.floor(i / TIME)]!),
  );
  const shape = [size, TIME, DIM];
  const eager = standardize(tf.tensor3d(before, [size, TIME, DIM]), tf.tensor2d(mask, [size, TIME]), audio);
  expect(eager.shape).toEqual(shape);

  ort.env.wasm.numThreads = 1;
  const file = toOnnx(({ x, mask }) => ({ y: standardize(x as tf.Tensor3D, mask as tf.Tensor2D, audio) }), {
    inputs: { x: { shape }, mask: { shape: [size, TIME] } },
  });
  const { y } = await (await ort.InferenceSession.create(file)).run({
    x: new ort.Tensor('float32', before, shape),
    mask: new ort.Tensor('float32', mask, [size, TIME]),
  });
  expect(wanted.filter((value) => value !== 0).length).toBe(13 * 3 - 2);
  for (const values of [eager.dataSync(), y!.data as Float32Array]) {
    for (const [i, value] of wanted.entries()) expect(Math.abs(values[i]! - value), String(i)).toBeLessThan(5e-7);
  }
});

test('features that were not standardised are only cleaned', () => {
  const features = tf.tensor3d([[[1, Number.NaN], [Infinity, 4], [5, 6]]]); // biome-ignore format: a step an item
  expect([...standardize(features, tf.tensor2d([[1, 1, 0]])).dataSync()]).toEqual([1, 0, 0, 4, 0, 0]);
});
