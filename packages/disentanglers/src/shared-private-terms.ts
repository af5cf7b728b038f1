import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  entriesOf,
  mapModalities,
  maskedMean,
  modalitiesOf,
  type Parts,
  type PerModality,
  stopGradient,
  type Tokens,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import {
  type CmdOptions,
  cmd,
  cosineOrthogonality,
  type MarginOptions,
  marginLoss,
  orthogonalityLoss,
  reconstructionLoss,
} from '@trimodal/losses';
import type { SharedPrivateOutput } from './shared-private-disentangler';

/**
 * How far the decoded tokens are from those that went in: the squared error of tokens that are there, averaged over modalities.
 *
 * Shapes: tokens `[b, t_m, d]` -> scalar.
 * Source: DMD (Li et al. 2023). Ours: no gradient reaches the target, or the encoders below could please this term by
 * shrinking their tokens.
 */
export function reconstructionTerm(
  { reconstructed, mask }: Pick<SharedPrivateOutput, 'reconstructed' | 'mask'>,
  tokens: PerModality<Tokens>,
): tf.Scalar {
  return meanOf(
    entriesOf(reconstructed).map(([modality, decoded]) =>
      reconstructionLoss(decoded, stopGradient(valueFor(tokens, modality).tokens), valueFor(mask, modality)),
    ),
  );
}

/**
 * How far the private parts of the decoded tokens are from the private parts they were decoded from: squared error, averaged
 * over modalities; 0 outside of training, where the disentangler doesn't compute them.
 *
 * Source: DMD (Li et al. 2023).
 */
export function cycleTerm({
  cycled = {},
  private: own,
  mask,
}: Pick<SharedPrivateOutput, 'cycled' | 'private' | 'mask'>): tf.Scalar {
  return meanOf(
    entriesOf(cycled).map(([modality, again]) =>
      reconstructionLoss(again, valueFor(own, modality), valueFor(mask, modality)),
    ),
  );
}

/**
 * How much of a token's private part points where its shared part does: `mean max(0, cos(C_m, P_m))` over the tokens that are
 * there, averaged over the modalities that have both parts.
 *
 * Source: DMD (Li et al. 2023); cosine over the features.
 */
export function orthogonalityTerm({ shared, private: own, mask }: Parts): tf.Scalar {
  return meanOf(
    entriesOf(shared).flatMap(([modality, common]) => {
      const privatePart = own[modality];
      return privatePart ? [cosineOrthogonality(common, privatePart, valueFor(mask, modality))] : [];
    }),
  );
}

/**
 * How much the pooled private part of a modality and its shared part vary together over the batch: the mean square of `C^T P` of
 * batch-centred rows of length 1, averaged over the modalities that have both parts. `orthogonalityTerm` is content with parts that point
 * apart and tell the same; this one isn't. It grows with the square of the batch size.
 *
 * Source: the difference loss of MISA (Hazarika et al. 2020), on pooled parts.
 */
export function decorrelationTerm({ shared, private: own, mask }: Parts): tf.Scalar {
  const [common, privatePart] = [pool(shared, mask), pool(own, mask)];
  return meanOf(
    modalitiesOf(common)
      .filter((modality) => privatePart[modality])
      .map((modality) =>
        orthogonalityLoss(
          valueFor(common, modality),
          valueFor(privatePart, modality),
          anyPresent(valueFor(mask, modality)),
        ),
      ),
  );
}

/**
 * How differently the pooled shared parts of the modalities are distributed: their central moment discrepancy, averaged over
 * pairs of modalities; samples count where the modality is there.
 *
 * Source: MISA (Hazarika et al. 2020).
 */
export function sharedAlignmentTerm(
  { shared, mask }: Pick<Parts, 'shared' | 'mask'>,
  options: Pick<CmdOptions, 'numMoments' | 'range'> = {},
): tf.Scalar {
  const pooled = pool(shared, mask);
  const there = mapModalities(mask, (rows) => anyPresent(rows));
  const modalities = modalitiesOf(pooled);
  return meanOf(
    modalities.flatMap((m, i) =>
      modalities.slice(i + 1).map((n) =>
        cmd(valueFor(pooled, m), valueFor(pooled, n), {
          ...options,
          weightsA: valueFor(there, m),
          weightsB: valueFor(there, n),
        }),
      ),
    ),
  );
}

/**
 * The margin loss by label distance on the pooled shared parts of all modalities, an alternative to sharedAlignmentTerm: parts
 * of samples of one label come together, whatever their modality, and others move apart by how far their labels are.
 *
 * Shapes: labels `[b]` or `[b, 1]` -> scalar.
 * Source: DMD (Li et al. 2023) and DLF (Wang et al. 2025).
 */
export function sharedMarginTerm(
  { shared, mask }: Pick<Parts, 'shared' | 'mask'>,
  labels: tf.Tensor,
  options: MarginOptions = {},
): tf.Scalar {
  const modalities = modalitiesOf(shared);
  if (modalities.length === 0) return tf.scalar(0);
  return marginLoss(
    tf.concat(valuesOf(pool(shared, mask))), // m*b d
    tf.concat(modalities.map(() => labels.reshape([-1]))),
    tf.concat(modalities.map((modality) => anyPresent(valueFor(mask, modality)))),
    options,
  );
}

function pool(tokens: PerModality<tf.Tensor3D>, mask: PerModality<tf.Tensor2D>): PerModality<tf.Tensor2D> {
  return mapModalities(tokens, (x, modality) => maskedMean(x, valueFor(mask, modality)));
}

function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.length === 0 ? tf.scalar(0) : tf.addN([...terms]).div(terms.length);
}
