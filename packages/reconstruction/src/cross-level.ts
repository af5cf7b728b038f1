import type * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  entriesOf,
  type ForwardContext,
  type Modality,
  maskedMean,
  modalitiesOf,
  type PerModality,
  stopGradient,
  type Tokens,
  valueFor,
} from '@trimodal/core';
import { reconstructionLoss } from '@trimodal/losses';
import type { PartDecoder } from './part-decoder';
import { meanOf, type View } from './views';

/**
 * How far tokens are from the clean ones if decoded with the shared part of another modality: `mean |D(P_m, S_n) - stop H_m|^2`, averaged
 * over the ordered pairs of modalities. So a shared part has to tell what modalities have in common, and a modality that only the masked
 * view lacks is decoded from others (its own private part is 0 there).
 *
 * A token counts where m is there in the clean view and n in the masked one. Modalities of as many tokens are compared token by
 * token, others pooled.
 *
 * Shapes: parts `[b, t_m, d]` -> scalar; 0 where no pair is there.
 * Source: HRLF (Li et al. 2024), cross-modal reconstruction; pooling is ours.
 * @throws RangeError if a view lacks a part or has it in another shape.
 */
export function crossLevel(
  decoders: PerModality<PartDecoder>,
  { parts }: Pick<View, 'parts'>,
  clean: Pick<View, 'tokens'>,
  ctx: ForwardContext,
): tf.Scalar {
  const part = (record: PerModality<tf.Tensor3D>, modality: Modality): Tokens => ({
    tokens: valueFor(record, modality),
    mask: valueFor(parts.mask, modality),
  });
  const modalities = modalitiesOf(decoders);
  return meanOf(
    entriesOf(decoders).flatMap(([m, decoder]) =>
      modalities
        .filter((n) => n !== m)
        .map((n) => {
          const triple = [part(parts.private, m), part(parts.shared, n), valueFor(clean.tokens, m)] as const;
          const [own, borrowed, target] = alike(triple) ? triple : pooled(triple);
          const decoded = decoder.forward([own.tokens, borrowed.tokens], ctx);
          return reconstructionLoss(decoded, stopGradient(target.tokens), target.mask.mul(borrowed.mask));
        }),
    ),
  );
}

type Triple = readonly [own: Tokens, borrowed: Tokens, target: Tokens];

function alike(triple: Triple): boolean {
  return new Set(triple.map(({ mask }) => mask.shape[1])).size === 1;
}

/** Each as one token a sample. */
function pooled([own, borrowed, target]: Triple): Triple {
  const pool = ({ tokens, mask }: Tokens): Tokens => ({
    tokens: maskedMean(tokens, mask).expandDims(1),
    mask: anyPresent(mask),
  });
  return [pool(own), pool(borrowed), pool(target)];
}
