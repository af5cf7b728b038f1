import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { KERNELS } from '.';

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
    'SparseReshape',
    'SparseSegmentMean',
    'SparseSegmentSum',
    'Unique',
  ],
  'strings are not computed with': ['StaticRegexReplace', 'StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
  'random numbers come from keep-masks alone, so that a seed gives the same ones everywhere': ['Multinomial'],
  'it reads shapes as tensors; shapes are numbers here': ['BroadcastArgs'],
  'it draws on a canvas': ['Draw'],
  'ONNX has no complex numbers': ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  'ONNX has no sampling of images at any coordinates': ['CropAndResize', 'RotateWithOffset', 'Transform'],
};

/** The kernels of a backend, and what becomes of each here. */
function table(): string {
  const reasonOf = new Map(Object.entries(REASONS).flatMap(([reason, names]) => names.map((name) => [name, reason])));
  const names = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .sort();
  const supported = names.filter((name) => KERNELS[name]);
  const cells = [
    ['kernel', 'compiled'],
    ...names.map((name) => [`\`${name}\``, KERNELS[name] ? 'yes' : `no: ${reasonOf.get(name)}`]),
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
  for (const name of Object.values(REASONS).flat()) expect([name, KERNELS[name] !== undefined]).toEqual([name, false]);
});
