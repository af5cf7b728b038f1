import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  entriesOf,
  type Modality,
  maskedMean,
  type Parts,
  type PerModality,
  valueFor,
} from '@trimodal/core';
import { gaussianJs, mmd, type SlicedWassersteinOptions, slicedWasserstein } from '@trimodal/losses';

export type AlignmentKind = 'mmd' | 'sliced-wasserstein' | 'gaussian-js';

export type DistributionAlignmentOptions = {
  readonly kind?: AlignmentKind;
  /** Weights of the rows of a and of b, `[n]` or `[n, 1]`, 0 where a row is absent. */
  readonly weightsA?: tf.Tensor;
  readonly weightsB?: tf.Tensor;
} & Pick<SlicedWassersteinOptions, 'numProjections' | 'seed'>;

/** What a view is made of: its parts, what of them was seen rather than filled in, and what they were fused to. */
export type ViewParts = Parts & {
  /** `[b, 1]`; by default where the mask has a token. */
  readonly observed?: PerModality<tf.Tensor2D>;
  /** `[b, d]` */
  readonly fused: tf.Tensor2D;
};

export type ViewAlignmentOptions = Pick<DistributionAlignmentOptions, 'kind' | 'numProjections' | 'seed'> & {
  /** Weights of samples `[b]`, 0 for padding. */
  readonly weights?: tf.Tensor1D;
};

/** The distance of each kind of part, averaged over modalities, and of what is fused; their sum is the loss. */
export type ViewAlignment = {
  readonly loss: tf.Scalar;
  readonly shared: tf.Scalar;
  readonly private: tf.Scalar;
  readonly fused: tf.Scalar;
};

/**
 * How differently two samples are distributed, by the distance that is asked for; the gradient reaches both.
 *
 * Shapes: a `[n, d]`, b `[m, d]` -> scalar; 0 for equal samples, and 0 if all rows of either are absent.
 * Source: FSRF (arXiv 2510.16086) aligns distributions; the distances are ours, see `@trimodal/losses`.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example distributionAlignment(viewA, viewB, { kind: 'sliced-wasserstein', weightsA: present });
 */
export function distributionAlignment(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { kind = 'mmd', ...options }: DistributionAlignmentOptions = {},
): tf.Scalar {
  switch (kind) {
    case 'mmd':
      return mmd(a, b, options);
    case 'sliced-wasserstein':
      return slicedWasserstein(a, b, options);
    case 'gaussian-js':
      return gaussianJs(a, b, options);
    default:
      throw new RangeError(
        `Cannot align distributions as kind must be 'mmd', 'sliced-wasserstein' or 'gaussian-js': got '${kind satisfies never}'.`,
      );
  }
}

/**
 * How differently the parts of two views of one batch, and what they are fused to, are distributed.
 *
 * Shared parts count wherever a view has one to read, so where it was filled in, too: what is filled in is to be distributed as what is seen
 * in the other view. Private parts count where the modality was observed: nothing is known of the others.
 *
 * Shapes: parts `[b, t_m, d]`, pooled by the mean of their tokens; fused `[b, d]` -> scalars.
 * Source: FSRF (arXiv 2510.16086): its homogeneous, heterogeneous and fused representations; what counts is ours.
 * @throws TypeError or RangeError if the shapes don't fit.
 * @example viewAlignment({ ...a.parts, fused: a.fusion.fused }, { ...b.parts, fused: b.fusion.fused }).loss;
 */
export function viewAlignment(
  a: ViewParts,
  b: ViewParts,
  { weights, ...options }: ViewAlignmentOptions = {},
): ViewAlignment {
  const weigh = (there: tf.Tensor2D) => (weights ? there.mul(weights.expandDims(1)) : there);
  const readable = ({ mask }: ViewParts, modality: Modality) => anyPresent(valueFor(mask, modality));
  const seen = (view: ViewParts, modality: Modality) => view.observed?.[modality] ?? readable(view, modality);
  const align = (part: 'shared' | 'private', there: typeof seen) =>
    meanOf(
      entriesOf(a[part]).map(([modality, x]) =>
        distributionAlignment(
          maskedMean(x, valueFor(a.mask, modality)),
          maskedMean(valueFor(b[part], modality), valueFor(b.mask, modality)),
          { ...options, weightsA: weigh(there(a, modality)), weightsB: weigh(there(b, modality)) },
        ),
      ),
    );
  const shared = align('shared', readable);
  const privatePart = align('private', seen);
  const fused = distributionAlignment(a.fused, b.fused, {
    ...options,
    ...(weights ? { weightsA: weights, weightsB: weights } : {}),
  });
  return { loss: shared.add(privatePart).add(fused), shared, private: privatePart, fused };
}

function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.length === 0 ? tf.scalar(0) : tf.addN([...terms]).div(terms.length);
}
