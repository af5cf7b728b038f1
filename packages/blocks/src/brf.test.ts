import * as tf from '@tensorflow/tfjs';
import { forModalities, INFERENCE, MODALITIES, type Modality, type Parts, parameters, Rng } from '@trimodal/core';
import {
  checkComponent,
  DIM,
  expectClose,
  expectReference,
  masksOf,
  presentOf,
  readFixture,
  tokensOf,
} from '@trimodal/testing';
import { describe, expect, it } from 'vitest';
import { BidirectionalRebalancingFusion, type BidirectionalRebalancingOptions } from './brf';

const build = (options: Partial<BidirectionalRebalancingOptions> = {}, rng = new Rng(1)) =>
  new BidirectionalRebalancingFusion({ dModel: DIM, numHeads: 2, ...options }, rng);
const partsOf = (available: readonly Modality[] = MODALITIES): Parts => ({
  shared: tokensOf(1, available),
  private: tokensOf(2, available),
  mask: masksOf(available),
});
const directions = ['both', 'shared-to-private', 'private-to-shared', 'none'] as const;

/** Size of the gradient of one output branch by one input part. */
function flow(brf: BidirectionalRebalancingFusion, from: 'shared' | 'private', to: 'shared' | 'private'): number {
  const parts = partsOf();
  const gradient = tf.grad((x) => {
    const moved = { ...parts, [from]: { ...parts[from], audio: x as tf.Tensor3D } };
    const output = brf.forward(moved, presentOf(MODALITIES), INFERENCE)[to];
    return output.square().sum().add(x.sum().mul(0)); // tf.grad refuses an x that reaches nothing
  })(parts[from].audio!);
  return gradient.abs().sum().dataSync()[0]!;
}

describe('BidirectionalRebalancingFusion', () => {
  it.each(directions)('keeps the contract of a component (%s)', (direction) => {
    checkComponent({
      build: (rng) => build({ directions: direction }, rng),
      run: (brf, available, ctx) => brf.forward(partsOf(available), presentOf(available), ctx),
      shapes: { fused: [2, DIM], weights: [2, 2], shared: [2, DIM], private: [2, DIM] },
    });
  });

  it('keeps the contract with fixed weights', () => {
    checkComponent({
      build: (rng) => build({ weighting: 'half' }, rng),
      run: (brf, available, ctx) => brf.forward(partsOf(available), presentOf(available), ctx),
      shapes: { fused: [2, DIM], weights: [2, 2] },
    });
  });

  it('computes what PyTorch computes', () => {
    const brf = build();
    expectReference(readFixture(import.meta.url, 'brf'), brf, (input) => {
      const take = <T extends tf.Tensor>(kind: string) =>
        forModalities(MODALITIES, (modality) => input(`${kind}.${modality}`) as T);
      const parts = { shared: take<tf.Tensor3D>('shared'), private: take<tf.Tensor3D>('private') };
      return brf.forward({ ...parts, mask: take<tf.Tensor2D>('mask') }, presentOf(MODALITIES), INFERENCE);
    });
  });

  it.each(directions)('lets each branch read the other only where the direction is on (%s)', (direction) => {
    const brf = build({ directions: direction });
    const on = (wanted: string) => direction === 'both' || direction === wanted;
    expect(flow(brf, 'shared', 'private') > 0).toBe(on('shared-to-private'));
    expect(flow(brf, 'private', 'shared') > 0).toBe(on('private-to-shared'));
    expect(flow(brf, 'shared', 'shared')).toBeGreaterThan(0);
    expect(flow(brf, 'private', 'private')).toBeGreaterThan(0);
    if (!on('shared-to-private')) expect(flow(brf, 'shared', 'private')).toBe(0);
    if (!on('private-to-shared')) expect(flow(brf, 'private', 'shared')).toBe(0);
  });

  it('sums the branches by weights that sum to 1', () => {
    for (const weighting of ['context', 'half'] as const) {
      const output = build({ weighting }).forward(
        partsOf(['text', 'vision']),
        presentOf(['text', 'vision']),
        INFERENCE,
      );
      expectClose(output.weights.sum(1), [1, 1]);
      if (weighting === 'half') expectClose(output.weights, [0.5, 0.5, 0.5, 0.5]);
      const [w, v] = tf.split(output.weights, 2, 1);
      expectClose(output.fused, output.shared.mul(w!).add(output.private.mul(v!)));
    }
  });

  it('drops channels of what the branches read and of the context in training alone', () => {
    const run = (dropoutRate: number, seed: number) =>
      build({ dropoutRate }).forward(partsOf(), presentOf(MODALITIES), { training: true, rng: new Rng(seed) });
    const still = build().forward(partsOf(), presentOf(MODALITIES), INFERENCE);
    for (const name of ['shared', 'private', 'weights'] as const) {
      const changed = (a: typeof still, b: typeof still) => a[name].sub(b[name]).abs().max().dataSync()[0]!;
      expect(changed(run(0, 3), still)).toBe(0);
      expect(changed(run(0.5, 3), still)).toBeGreaterThan(1e-3);
      expect(changed(run(0.5, 3), run(0.5, 4))).toBeGreaterThan(1e-3);
    }
  });

  it('builds only the weights that an ablation needs, the others bit-identical', () => {
    const all = parameters(build());
    for (const [options, absent] of [
      [{ directions: 'shared-to-private' }, 'privateToShared.'],
      [{ directions: 'private-to-shared' }, 'sharedToPrivate.'],
      [{ weighting: 'half' }, 'context.'],
    ] as const) {
      const some = parameters(build(options));
      expect([...some.keys()]).toEqual([...all.keys()].filter((path) => !path.startsWith(absent)));
      for (const [path, weight] of some) expectClose(weight, all.get(path)!, { relative: 0, absolute: 0 });
    }
  });

  it('reads no token that is not there and is 0 where nothing is', () => {
    const brf = build();
    const parts = partsOf();
    const mask = {
      ...parts.mask,
      text: tf.tensor2d([
        [0, 0, 0],
        [1, 1, 1],
      ]),
    };
    const loud = { ...parts.private, text: parts.private.text!.mul<tf.Tensor3D>(tf.tensor3d([1e3, 1], [2, 1, 1])) };
    const clean = brf.forward({ ...parts, mask }, presentOf(MODALITIES), INFERENCE);
    const dirty = brf.forward({ ...parts, private: loud, mask }, presentOf(MODALITIES), INFERENCE);
    expectClose(dirty.fused, clean.fused, { relative: 1e-6 });
    const empty = brf.forward(partsOf([]), presentOf([]), INFERENCE);
    expect(empty.fused.abs().sum().dataSync()[0]).toBe(0);
  });

  it('refuses parts that are not there', () => {
    expect(() => build().forward({ ...partsOf(), shared: {} }, presentOf(MODALITIES), INFERENCE)).toThrow(
      /Cannot take the value of text/,
    );
  });
});
