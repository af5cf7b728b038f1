import * as tf from '@tensorflow/tfjs';
import { checkPositiveInteger, type Rng } from '@trimodal/core';
import { normalWeight } from './weights';

export type EmbeddingOptions = { numEmbeddings: number; dim: number };

/**
 * A learned vector for each integer.
 *
 * Shapes: ids `[b, t]` (int32, from 0 to numEmbeddings - 1) -> `[b, t, dim]`; weight `[numEmbeddings, dim]`, drawn from N(0, 1).
 * Source: PyTorch's `nn.Embedding`. Its gradient adds up rows (`UnsortedSegmentSum`), which the wasm backend lacks.
 * @throws TypeError if ids aren't int32; RangeError if a size is no positive integer.
 * @example new Embedding({ numEmbeddings: 9, dim: 4 }, new Rng(1)).forward(tf.tensor2d([[1, 8]], [1, 2], 'int32')).shape; // [1, 2, 4]
 */
export class Embedding {
  readonly weight: tf.Variable<tf.Rank.R2>;

  constructor({ numEmbeddings, dim }: EmbeddingOptions, rng: Rng) {
    checkPositiveInteger('build Embedding', 'numEmbeddings', numEmbeddings);
    checkPositiveInteger('build Embedding', 'dim', dim);
    this.weight = normalWeight<tf.Rank.R2>([numEmbeddings, dim], 1, rng.fork('weight'));
  }

  forward(ids: tf.Tensor2D): tf.Tensor3D {
    if (ids.dtype !== 'int32') throw new TypeError(`Cannot embed ids as their dtype must be int32: got ${ids.dtype}.`);
    return tf.gather(this.weight, ids) as tf.Tensor as tf.Tensor3D;
  }
}
