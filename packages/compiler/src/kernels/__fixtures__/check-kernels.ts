import * as tf from '@tensorflow/tfjs';
import { Rng } from '@trimodal/core';
import { afterAll, describe, expect, test } from 'vitest';
import { compile } from '../../compile';
import { trace } from '../../trace';

export type DType = 'float32' | 'int32' | 'bool';

/** A tensor to run kernels on. `special` floats are NaN, infinite, -0, huge or tiny more often than not, or of a list. */
export type Argument = {
  shape: readonly number[];
  dtype?: DType;
  low?: number;
  high?: number;
  special?: boolean | readonly number[];
};
export type Arguments = Record<string, Argument>;
export type Tensors = Record<string, tf.Tensor>;

export type Case = {
  /** What to run on; drawn anew for each of the draws, counted from 0, if it is a function. */
  args: Arguments | ((rng: Rng, draw: number) => Arguments);
  run: (x: Tensors) => tf.Tensor | tf.Tensor[];
  relative?: number;
  absolute?: number;
};

/** How often a case with drawn arguments is run; of given ones the numbers are drawn twice. */
const DRAWS = 12;
const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-20, -1e20];

function values({ shape, dtype = 'float32', low = -3, high = 3, special }: Argument, rng: Rng) {
  const size = tf.util.sizeFromShape(shape.slice());
  if (dtype === 'bool') return Uint8Array.from({ length: size }, () => rng.int(2));
  if (dtype === 'int32') return Int32Array.from({ length: size }, () => low + rng.int(high - low + 1));
  const list = special === true ? SPECIAL : special || [];
  const first = list.length > 0 ? rng.int(list.length) : 0;
  // each special number once where there is room, then now and then
  return Float32Array.from({ length: size }, (_, i) => {
    if (i < list.length) return list[(first + i) % list.length]!;
    return list.length > 0 && rng.uniform() < 0.5 ? list[rng.int(list.length)]! : low + (high - low) * rng.uniform();
  });
}

/** A shape of up to `maxRank` axes; draw 0 is without elements, draw 1 has the fewest axes, draw 2 many elements. */
export function anyShape(rng: Rng, draw: number, minRank = 0, maxRank = 4): number[] {
  if (draw === 2) return Array.from({ length: Math.min(Math.max(minRank, 3), maxRank) }, (_, axis) => 5 - (axis % 3));
  const rank = draw === 1 ? minRank : Math.max(draw === 0 ? 1 : 0, minRank + rng.int(maxRank - minRank + 1));
  const shape = Array.from({ length: rank }, () => 1 + rng.int(4));
  if (draw === 0) shape[rng.int(rank)] = 0;
  return shape;
}

/** Two shapes that broadcast: each lacks some of the first axes, or has 1 in place of a size. */
export function anyPair(rng: Rng, draw: number): [number[], number[]] {
  const shape = anyShape(rng, draw);
  if (draw === 2) return [shape, shape];
  const part = () => shape.slice(rng.int(shape.length + 1)).map((size) => (rng.uniform() < 0.3 ? 1 : size));
  return rng.int(2) === 0 ? [shape, part()] : [part(), shape];
}

/** Runs a case eagerly on the cpu backend and compiled: same dtypes, shapes and numbers. */
async function check(name: string, { args, run, relative = 2e-6, absolute = 1e-6 }: Case, draw: number): Promise<void> {
  const rng = new Rng(draw + 1).fork(name);
  const drawn = typeof args === 'function' ? args(rng.fork('arguments'), draw) : args;
  const feeds = Object.fromEntries(Object.entries(drawn).map(([key, arg]) => [key, values(arg, rng.fork(key))]));
  const context = () => `${name}, draw ${draw}: ${JSON.stringify(drawn)}`;
  const wanted = tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(drawn).map(([key, { shape, dtype = 'float32' }]) => [
        key,
        tf.tensor(feeds[key]!, shape.slice(), dtype),
      ]),
    );
    return [run(tensors)].flat().map((t) => ({ shape: t.shape, dtype: t.dtype, data: t.dataSync().slice() }));
  });
  if (wanted.length === 0) return;
  const outputs = (tensors: Tensors) => {
    const results = [run(tensors)].flat();
    for (const [i, t] of results.entries()) expect([context(), i, t.dtype]).toEqual([context(), i, wanted[i]!.dtype]);
    return Object.fromEntries(results.map((t, i) => [`out${i}`, t]));
  };
  const compiled = await compile(outputs, { inputs: drawn, threads: 1 }).catch((cause: Error) => {
    throw new Error(`${context()}: ${cause.message}`, { cause });
  });
  const got = await compiled.run(feeds);
  await compiled.dispose();
  for (const [i, { shape, data }] of wanted.entries()) {
    const { data: result, shape: resultShape } = got[`out${i}`]!;
    expect([context(), resultShape]).toEqual([context(), shape]);
    expect([context(), result.length]).toEqual([context(), data.length]);
    for (let j = 0; j < data.length; j++) {
      const [x, y] = [result[j]!, data[j]!];
      const close = Object.is(x, y) || x === y || Math.abs(x - y) <= absolute + relative * Math.abs(y);
      if (!close) {
        const inputs = Object.entries(feeds).map(([k, v]) => `${k}[${j}]=${v[j % v.length]}`);
        throw new Error(`${context()}: element ${j} of output ${i} is ${x}, cpu has ${y} (${inputs.join(', ')})`);
      }
    }
  }
}

/** Value and gradients of a kernel of one or two arguments, seen through random weights. */
export function withGradients(f: (...args: tf.Tensor[]) => tf.Tensor): Case['run'] {
  return ({ x, k }) => {
    const args = k ? [x!, k] : [x!];
    const y = f(...args);
    const weights = tf.tensor(
      Float32Array.from({ length: y.size }, (_, i) => Math.sin(3 * i + 1)),
      y.shape,
    );
    return [
      y,
      ...tf.grads((...xs: tf.Tensor[]) =>
        f(...xs)
          .mul(weights)
          .sum(),
      )(args),
    ];
  };
}

export function checkKernels(group: string, cases: Record<string, Case>): void {
  describe(group, () => {
    for (const [name, one] of Object.entries(cases)) {
      test(name, async () => {
        for (let draw = 0; draw < (typeof one.args === 'function' ? DRAWS : 2); draw++) await check(name, one, draw);
      });
    }
  });
}

/** What a kernel has to be seen with to count as tested. */
const REQUIREMENTS = ['shapes', 'empty', 'NaN', 'infinity', '-0', 'float32', 'int32', 'bool'] as const;
type Requirement = (typeof REQUIREMENTS)[number];

type Seen = Map<string, { shapes: Set<string>; met: Set<Requirement> }>;
let seen: Seen = new Map();

/** Watches the kernels of the cpu backend: what each is called with while the tests of a file run. */
function watch(table: Readonly<Record<string, unknown>>): Seen {
  const kernels: Seen = new Map(Object.keys(table).map((name) => [name, { shapes: new Set<string>(), met: new Set<Requirement>() }]));
  for (const [name, { shapes, met }] of kernels) {
    const config = tf.getKernel(name, 'cpu');
    tf.unregisterKernel(name, 'cpu');
    tf.registerKernel({
      ...config,
      kernelFunc: (params) => {
        const inputs = Object.values(params.inputs).filter((x) => x !== undefined && x !== null) as tf.TensorInfo[];
        shapes.add(JSON.stringify([inputs.map(({ shape }) => shape), inputs.length === 0 ? params.attrs : null]));
        if (shapes.size >= 3) met.add('shapes');
        for (const { dataId, dtype, shape } of inputs) {
          met.add(dtype === 'complex64' ? 'float32' : (dtype as DType));
          if (shape.includes(0)) met.add('empty');
          if (dtype !== 'float32' && dtype !== 'complex64') continue;
          const data = tf.engine().readSync(dataId) as Float32Array;
          if (data.some((x) => Number.isNaN(x))) met.add('NaN');
          if (data.some((x) => Math.abs(x) === Infinity)) met.add('infinity');
          if (data.some((x) => Object.is(x, -0))) met.add('-0');
        }
        return config.kernelFunc(params);
      },
    });
  }
  return kernels;
}

/** Unary, binary and n-ary kernels that must be refused on a dtype, with a message that says what to do. */
export function checkRefusals(dtype: DType, names: readonly string[]): void {
  test.each(names)(`%s refuses ${dtype}`, (name) => {
    const call = (x: tf.Tensor) => {
      const inputs = name === 'AddN' ? [x, x] : { x, a: x, b: x };
      const attributes = { clipValueMin: 0, clipValueMax: 1 };
      return { y: tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attributes) as tf.Tensor };
    };
    expect(() => trace(({ x }) => call(x!), { x: { shape: [2], dtype } })).toThrow(
      new RegExp(`^Cannot compile ${name} at .*check-kernels.ts:.*got ${dtype}; cast it first`),
    );
    seen.get(name)!.met.add(dtype);
  });
}

/**
 * Fails unless the tests of this file show each kernel of a table three combinations of shapes, an empty tensor, NaN, infinities,
 * -0 and each dtype; call it before the checks.
 *
 * @param exempt What can't be shown: the reason, and by requirement the kernels that it holds for ('*' for all).
 */
export function checkCoverage(
  table: Readonly<Record<string, unknown>>,
  exempt: Record<string, Partial<Record<Requirement, readonly string[]>>> = {},
): void {
  seen = watch(table);
  const isExempt = (name: string, requirement: Requirement) =>
    Object.values(exempt).some((one) => one[requirement]?.includes(name) || one[requirement]?.includes('*'));
  afterAll(() => {
    const lacking = [...seen].map(([name, { met }]) => {
      const missing = REQUIREMENTS.filter((requirement) => !met.has(requirement) && !isExempt(name, requirement));
      return missing.length > 0 ? `${name} was tested without ${missing.join(', ')}` : '';
    });
    expect(lacking.filter((line) => line !== '')).toEqual([]);
  });
}
