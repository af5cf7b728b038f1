import type * as tf from '@tensorflow/tfjs';
import { anyPresent } from '@trimodal/core';

/** What attention needs of a key mask, made once and shared by all layers and heads. */
export type AttentionMask = {
  /** Added to scores: 0 where a key is there, -1e9 elsewhere, `[b, 1, 1, tk]`. */
  readonly bias: tf.Tensor4D;
  /** 1 where a sample has any key, `[b, 1, 1]`. */
  readonly anyKey: tf.Tensor3D;
};

/** mask `[b, tk]`, 1 = there -> the form that attention adds and multiplies. */
export function attentionMask(mask: tf.Tensor2D): AttentionMask {
  const [batch, time] = mask.shape;
  return {
    bias: mask.sub(1).mul(1e9).reshape([batch, 1, 1, time]),
    anyKey: anyPresent(mask).reshape([batch, 1, 1]),
  };
}
