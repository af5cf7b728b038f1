import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { COMPLEX_KERNELS, KERNELS } from '.';

/** Why a kernel of the cpu backend has no graph form. */
const REASONS: Record<string, readonly string[]> = {
  'the shape of its result depends on values': [
    'NonMaxSuppressionV3',
    'NonMaxSuppressionV4',
    'NonMaxSuppressionV5',
    'RaggedGather',
    'RaggedRange',
    'RaggedTensorToTensor',
    'SparseFillEmptyRows',
    'Unique',
  ],
  'strings are not computed with': ['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
  'random numbers come from keep-masks alone, so that a seed gives the same ones everywhere': ['Multinomial'],
  'it draws on a canvas': ['Draw'],
};

const isSupported = (name: string) => name in KERNELS || name in COMPLEX_KERNELS;

/** What holds of a kernel that is compiled. */
const REMARKS: Record<string, readonly string[]> = {
  'as two tensors, the real and the imaginary parts': ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  'where shapes are known while tracing': ['BroadcastArgs', 'SparseReshape'],
  'where segmentIds are known while tracing': ['SparseSegmentMean', 'SparseSegmentSum'],
  'a number beyond int32 becomes 0, where the cpu backend wraps it around': ['Cast', 'FloorDiv'],
  'NaN stays in its own segment, where the cpu backend spreads it over all': ['UnsortedSegmentSum'],
  'every image, where the cpu backend leaves out all but the first': ['Transform'],
  'padding counts as 0 times a weight, which matters to infinite ones': [
    'Conv2D',
    'Conv3D',
    'DepthwiseConv2dNative',
    'FusedConv2D',
    'FusedDepthwiseConv2D',
  ],
  'as matrix products: NaN spreads over its row and column': ['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'],
};

/** The kernels of a backend, and what becomes of each here. */
function table(): string {
  const byName = (texts: typeof REASONS) =>
    new Map(Object.entries(texts).flatMap(([text, names]) => names.map((name) => [name, text])));
  const [reasons, remarks] = [byName(REASONS), byName(REMARKS)];
  const yes = (name: string) => (remarks.has(name) ? `yes: ${remarks.get(name)}` : 'yes');
  const names = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .sort();
  const supported = names.filter(isSupported);
  const cells = [
    ['kernel', 'compiled'],
    ...names.map((name) => [`\`${name}\``, isSupported(name) ? yes(name) : `no: ${reasons.get(name)}`]),
  ];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const [head, ...rows] = cells.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const percent = Math.floor((100 * supported.length) / names.length);
  return [
    '# Kernels',
    '',
    `Of the ${names.length} kernels that the cpu backend of TensorFlow.js registers, ${supported.length} (${percent} %) can be compiled.`,
    'Written by `vitest run -u` in `packages/compiler`; a test fails if it is out of date.',
    'What computes real numbers takes float32 alone, and arithmetic takes no booleans: an error says which to cast.',
    '',
    head,
    rule,
    ...rows,
    '',
  ].join('\n');
}

test('the table of kernels is up to date, and gives a reason for each that is missing', async () => {
  expect(table()).not.toContain('undefined');
  await expect(table()).toMatchFileSnapshot('../../KERNELS.md');
});

test('a reason is only given for what is missing', () => {
  for (const name of Object.values(REASONS).flat()) expect([name, isSupported(name)]).toEqual([name, false]);
  for (const name of Object.values(REMARKS).flat()) expect([name, isSupported(name)]).toEqual([name, true]);
});

test('there is no kernel that TensorFlow.js never calls', () => {
  const names = new Set(tf.getKernelsForBackend('cpu').map(({ kernelName }) => kernelName));
  for (const name of [...Object.keys(KERNELS), ...Object.keys(COMPLEX_KERNELS)]) expect(names).toContain(name);
});
