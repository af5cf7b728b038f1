import * as tf from '@tensorflow/tfjs';
import type { StoredTensor } from '@trimodal/core';

export type LayoutEntry = {
  readonly path: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
};

/** Where each parameter lies in one flat vector: path -> offset and shape. */
export class ParameterLayout {
  readonly entries: readonly LayoutEntry[];
  /** Length of the flat vector. */
  readonly size: number;

  /** @throws RangeError if there is nothing to lay out. */
  constructor(parameters: ReadonlyMap<string, { readonly shape: readonly number[] }>) {
    let offset = 0;
    this.entries = [...parameters].map(([path, { shape }]) => {
      const size = tf.util.sizeFromShape([...shape]);
      const entry = { path, shape: [...shape], offset, size };
      offset += size;
      return entry;
    });
    this.size = offset;
    if (offset === 0) throw new RangeError('Cannot lay out parameters as there must be at least one: got none.');
  }

  /** Tensors by path -> one vector `[size]`; zeros where a path is absent. */
  pack(tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D {
    return tf.concat(this.entries.map(({ path, size }) => tensors.get(path)?.reshape([size]) ?? tf.zeros([size])));
  }

  /** One vector `[size]` -> tensors by path. */
  unpack(flat: tf.Tensor1D): Map<string, tf.Tensor> {
    const pieces = tf.split(
      flat,
      this.entries.map(({ size }) => size),
    );
    return new Map(this.entries.map(({ path, shape }, i) => [path, pieces[i]!.reshape([...shape])]));
  }

  /** A vector in which every element of a parameter has the value of its path. */
  spread(valueAt: (path: string) => number): Float32Array {
    const flat = new Float32Array(this.size);
    for (const { path, offset, size } of this.entries) flat.fill(valueAt(path), offset, offset + size);
    return flat;
  }

  /** One vector -> copies by path, each under `prefix + path`. */
  toStored(flat: Float32Array, prefix = ''): Map<string, StoredTensor> {
    return new Map(
      this.entries.map(({ path, shape, offset, size }) => [
        prefix + path,
        { shape, data: flat.slice(offset, offset + size) },
      ]),
    );
  }

  /**
   * Copies what is stored under `prefix + path` into its place in `flat`; the rest of `flat` stays.
   * @throws RangeError if a stored array has another shape, or isn't float32.
   */
  fromStored(stored: ReadonlyMap<string, StoredTensor>, flat: Float32Array, prefix = ''): void {
    for (const { path, shape, offset } of this.entries) {
      const found = stored.get(prefix + path);
      if (!found) continue;
      if (!(found.data instanceof Float32Array) || `${found.shape}` !== `${shape}`) {
        throw new RangeError(
          `Cannot restore ${prefix}${path} as it must be float32 [${shape}]: got ${found.data.constructor.name} [${found.shape}].`,
        );
      }
      flat.set(found.data, offset);
    }
  }
}
