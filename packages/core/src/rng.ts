import * as tf from '@tensorflow/tfjs';

/** Where a training pass takes its random masks from; a compiled step puts a graph input in its place. */
export type KeepMaskSource = {
  /** A float32 tensor of `shape` whose elements are 0 with probability `rate`, else 1. */
  keepMask(shape: readonly number[], rate: number): tf.Tensor;
};

/** All there is to know of a stream: write it to JSON, read it back, go on bit for bit. */
export type RngState = { readonly key: readonly [number, number]; readonly counter: number };

/** The finaliser of MurmurHash3: each bit of the input changes each bit of the output with probability 1/2. */
function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/**
 * A counter-based random stream: word `i` is a hash of a 64-bit key and `i`, so a stream forks by name,
 * its state is three numbers and a sibling that draws more or less shifts nobody.
 *
 * Not for cryptography.
 */
export class Rng implements KeepMaskSource {
  private readonly key: readonly [number, number];
  private counter: number;

  /** @param seed An integer, or the state of an earlier stream. @throws RangeError if the seed is no safe integer. */
  constructor(seed: number | RngState) {
    if (typeof seed === 'object') {
      this.key = seed.key;
      this.counter = seed.counter;
      return;
    }
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`Cannot create an Rng as the seed must be a safe integer: got ${seed}.`);
    }
    const low = seed | 0;
    const high = Math.floor(seed / 2 ** 32) | 0;
    this.key = [mix(low ^ 0x9e3779b9), mix(mix(high ^ 0x7f4a7c15) + low)];
    this.counter = 0;
  }

  /** A stream of its own for `name`; it depends on the seed and the name, not on what was drawn before. */
  fork(name: string): Rng {
    let [a, b] = this.key as [number, number];
    for (let i = 0; i < name.length; i++) {
      const code = name.charCodeAt(i);
      a = mix(Math.imul(a ^ code, 0x01000193) + 0x9e3779b9);
      b = mix(Math.imul(b + code, 0x27d4eb2f) ^ a);
    }
    return new Rng({ key: [mix(a + name.length), mix(b ^ 0x5bd1e995)], counter: 0 });
  }

  state(): RngState {
    return { key: this.key, counter: this.counter };
  }

  /** The next 32 random bits as an unsigned integer. */
  nextUint32(): number {
    const i = this.counter++;
    const high = Math.floor(i / 2 ** 32);
    return mix(mix((i | 0) ^ this.key[0]) + this.key[1] + Math.imul(high, 0x9e3779b9)) >>> 0;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.nextUint32() >>> 5) * 2 ** 26 + (this.nextUint32() >>> 6)) / 2 ** 53;
  }

  /** An integer in [0, bound), without modulo bias. */
  int(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`Cannot draw an integer as the bound must be an integer from 1 to 2^32: got ${bound}.`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let word = this.nextUint32();
    while (word >= limit) word = this.nextUint32();
    return word % bound;
  }

  /** A draw from N(0, 1) (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The numbers 0 to `length - 1` in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }

  /** Fills `out` with 0 with probability `rate` (to within 2^-16), else 1; two elements a random word. */
  fillKeepMask(out: Uint8Array | Float32Array, rate: number): void {
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`Cannot draw a keep-mask as the rate must lie in [0, 1]: got ${rate}.`);
    }
    const threshold = Math.round(rate * 2 ** 16);
    for (let i = 0; i < out.length; i += 2) {
      const word = this.nextUint32();
      out[i] = (word & 0xffff) >= threshold ? 1 : 0;
      if (i + 1 < out.length) out[i + 1] = word >>> 16 >= threshold ? 1 : 0;
    }
  }

  keepMask(shape: readonly number[], rate: number): tf.Tensor {
    const values = new Float32Array(tf.util.sizeFromShape([...shape]));
    this.fillKeepMask(values, rate);
    return tf.tensor(values, [...shape]);
  }
}
