import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { compile } from '../compile';
import { trace } from '../trace';
import { anyShape, type Case, checkCoverage, checkKernels } from './__fixtures__/check-kernels';
import { complexNumbers } from './complex';

const ALL = Object.keys(complexNumbers);
const { Complex, Real, Imag, ComplexAbs, FFT, IFFT } = complexNumbers;
checkCoverage(
  { Complex, Real, Imag, ComplexAbs, FFT, IFFT },
  {
    'parts are of real numbers': { int32: ALL, bool: ALL },
    'one of them makes all others so, in which order differs': { NaN: ['FFT', 'IFFT'], infinity: ['FFT', 'IFFT'] },
  },
);

/** Both parts of complex results. */
const parts = (...tensors: tf.Tensor[]) =>
  tensors.flatMap((x) => (x.dtype === 'complex64' ? [tf.real(x), tf.imag(x)] : [x]));
/** Gives a case two complex numbers, a and b. */
const ofTwo = (run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor[]): Case => ({
  args: (rng, draw) => {
    const one = { shape: anyShape(rng, draw, 1), special: draw % 2 === 0 };
    return { ar: one, ai: one, br: one, bi: one };
  },
  run: ({ ar, ai, br, bi }) => parts(...run(tf.complex(ar!, ai!), tf.complex(br!, bi!))),
  relative: 1e-5,
});

checkKernels('complex numbers', {
  'real and imaginary parts': ofTwo((a, b) => [a, b]),
  'absolute value': ofTwo((a) => [tf.abs(a)]),
  'sums and products': {
    args: (rng, draw) => {
      const one = { shape: anyShape(rng, draw, 1) };
      return { ar: one, ai: one, br: one, bi: one };
    },
    run: ({ ar, ai, br, bi }) => {
      const [a, b] = [tf.complex(ar!, ai!), tf.complex(br!, bi!)];
      return parts(tf.add(a, b), tf.sub(a, b), tf.mul(a, b));
    },
  },
  shapes: {
    args: (rng, draw) => {
      const one = { shape: anyShape(rng, draw, 1), special: draw % 2 === 0 };
      return { re: one, im: one };
    },
    run: ({ re, im }) => {
      // a new one each time, as a reshape on the cpu backend changes the shape of the parts of its argument, too
      const z = () => tf.complex(re!, im!);
      const moved = [z().clone(), z().reshape([re!.size, 1]), z().reshape([...re!.shape, 1]), z().expandDims(1)];
      // of nothing, the cpu backend's concat makes something real
      const joined = re!.size > 0 ? [tf.concat([z(), z()], -1), tf.stack([z(), z()], 1)] : [];
      return parts(...moved, ...joined, tf.zerosLike(z()));
    },
  },
});

/** Sizes that are one matrix product, powers of 2, products of odd factors, and primes. */
const sizes = [1, 2, 3, 8, 31, 33, 47, 60, 64, 128, 150, 243, 512];
const transforms: Record<string, Case> = {};
for (const n of sizes) {
  transforms[`of ${n}`] = {
    args: (_, draw) => {
      const one = { shape: [draw === 0 ? 0 : 1 + (draw % 3), n], special: draw % 3 === 2 && [-0, 1, -2] };
      return { re: one, im: one };
    },
    run: ({ re, im }) => parts(tf.fft(tf.complex(re!, im!)), tf.ifft(tf.complex(re!, im!))),
    relative: 1e-5,
    absolute: 4e-6 * Math.sqrt(n) * Math.log2(n + 1),
  };
}
transforms['of real numbers, and back'] = {
  args: { x: { shape: [3, 2, 40] } },
  run: ({ x }) => {
    const spectrum = tf.spectral.rfft(x!);
    return [
      tf.real(spectrum),
      tf.imag(spectrum),
      ...parts(tf.spectral.rfft(x!, 32)),
      ...parts(tf.spectral.rfft(x!, 45)),
    ];
  },
  absolute: 2e-5,
};
transforms['back to real numbers'] = {
  args: { x: { shape: [2, 40] } },
  run: ({ x }) => [tf.spectral.irfft(tf.spectral.rfft(x!)), tf.spectral.irfft(tf.complex(x!, x!))],
  absolute: 2e-5,
};
transforms['of a signal in short pieces'] = {
  args: { x: { shape: [700] } },
  run: ({ x }) => tf.abs(tf.signal.stft(x as tf.Tensor1D, 128, 64)),
  absolute: 5e-5,
};
checkKernels('Fourier transforms', transforms);

test('a complex tensor of another backend is captured', async () => {
  const filter = tf.complex([1, 2, 3], [0, -1, 4]);
  const compiled = await compile(({ x }) => ({ y: tf.imag(tf.mul(filter, tf.complex(x!, tf.onesLike(x!)))) }), {
    inputs: { x: { shape: [3] } },
    threads: 1,
  });
  const { y } = await compiled.run({ x: Float32Array.of(10, 20, 30) });
  expect(Array.from(y!.data)).toEqual([1, -18, 123]);
  await compiled.dispose();
  filter.dispose();
});

test('what has no form for complex numbers says what to do', () => {
  const spectrum = (x: tf.Tensor) => tf.spectral.rfft(x);
  const input = { x: { shape: [2, 8] } };
  expect(() => trace(({ x }) => ({ y: spectrum(x!) }), input)).toThrow(
    'must be float32, int32 or bool: got complex64 [2,5]; take tf.real and tf.imag of it',
  );
  expect(() => trace(({ x }) => ({ y: tf.real(tf.tile(spectrum(x!), [2, 1])) }), input)).toThrow(
    /^Cannot compile Tile at .*complex\.test\.ts.*: no graph form for complex numbers; compute with tf.real/,
  );
});
