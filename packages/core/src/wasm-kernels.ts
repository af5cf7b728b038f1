import * as tf from '@tensorflow/tfjs';

type Product = (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => tf.TensorInfo;

/** Kernels that gradients need (and einsum) and wasm 4.22 lacks, ... */
const MISSING = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'Einsum',
  'UnsortedSegmentSum',
];
/** ... and those that it gets wrong: the gradient of maximum pooling below 0, the input gradient of conv3d. */
const WRONG = ['MaxPoolGrad', 'Conv3DBackpropInputV2'];

const NO_FLAGS = { transposeA: false, transposeB: false };

let repaired = false;

/**
 * Makes the wasm backend fit for training; call it once that backend is ready.
 *
 * Matrix products: wasm is fast for one product of two matrices without transpose flags and 12 to 25 times slower
 * otherwise, and gradients of products use the flags. So operands are transposed first and batches taken apart.
 * Kernels that are missing or wrong (gradients of gather, convolution and pooling; einsum) run on the cpu backend.
 */
export function repairWasm(): void {
  if (repaired) return;
  repaired = true;
  for (const kernelName of WRONG) tf.unregisterKernel(kernelName, 'wasm');
  for (const kernelName of [...MISSING, ...WRONG]) {
    const { kernelFunc } = tf.getKernel(kernelName, 'cpu');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: onCpu(kernelFunc) });
  }
  const original = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const product: Product = (inputs, attrs) => original({ inputs, attrs, backend }) as tf.TensorInfo;
      const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      return batchMatMul(a, b, attrs ?? NO_FLAGS, product, backend as tf.KernelBackend);
    },
  });
}

/** `[..., n, k] [..., k, m] -> [..., n, m]`; the leading sizes are equal, or one operand is a single matrix. */
function batchMatMul(
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: tf.NamedAttrMap,
  product: Product,
  backend: tf.KernelBackend,
): tf.TensorInfo {
  const left = transposeA ? transposed(a, backend) : a;
  const right = transposeB ? transposed(b, backend) : b;
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const count = tf.util.sizeFromShape(outer);
  for (const x of [left, right]) {
    const own = tf.util.sizeFromShape(x.shape.slice(0, -2));
    if (own !== count && own !== 1) {
      throw new RangeError(`Cannot multiply matrices as batches must be equal or 1: got [${a.shape}], [${b.shape}].`);
    }
  }
  const out = count === 1 ? product({ a: left, b: right }, NO_FLAGS) : oneByOne(left, right, outer, product, backend);
  if (left !== a) backend.disposeData(left.dataId);
  if (right !== b) backend.disposeData(right.dataId);
  return out;
}

function oneByOne(
  left: tf.TensorInfo,
  right: tf.TensorInfo,
  outer: readonly number[],
  product: Product,
  backend: tf.KernelBackend,
): tf.TensorInfo {
  const matrixOf = matrices(left, backend);
  const otherOf = matrices(right, backend);
  const shape = [left.shape.at(-2)!, right.shape.at(-1)!];
  const size = tf.util.sizeFromShape(shape);
  const count = tf.util.sizeFromShape([...outer]);
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    // a fresh tensor each: XNNPACK keeps the packed right operand by tensor id until that tensor is freed
    const a = matrixOf(i);
    const b = otherOf(i);
    const c = product({ a, b }, NO_FLAGS);
    values.set(backend.readSync(c.dataId) as Float32Array, i * size);
    for (const { dataId } of [a, b, c]) backend.disposeData(dataId);
  }
  const outShape = [...outer, ...shape];
  return { dataId: backend.write(values, outShape, 'float32'), shape: outShape, dtype: 'float32' };
}

/** Copies of the matrices of `x` by index; an `x` of one matrix gives that one each time. */
function matrices(x: tf.TensorInfo, backend: tf.KernelBackend): (i: number) => tf.TensorInfo {
  const values = backend.readSync(x.dataId) as Float32Array;
  const shape = x.shape.slice(-2);
  const size = tf.util.sizeFromShape(shape);
  return (i) => {
    const start = (i * size) % values.length;
    const dataId = backend.write(values.subarray(start, start + size), shape, 'float32');
    return { dataId, shape, dtype: 'float32' };
  };
}

function transposed(x: tf.TensorInfo, backend: tf.KernelBackend): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return tf.getKernel('Transpose', 'wasm').kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
}

/** A kernel of the cpu backend as one of another: inputs are copied over, outputs back. */
function onCpu(kernelFunc: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const cpu = tf.findBackend('cpu');
    const here = backend as tf.KernelBackend;
    const copy = (x: tf.TensorInfo, from: tf.KernelBackend, to: tf.KernelBackend): tf.TensorInfo => ({
      dataId: to.write(from.readSync(x.dataId), x.shape, x.dtype),
      shape: x.shape,
      dtype: x.dtype,
    });
    const names = Object.keys(inputs);
    const there = names.map((name) => copy(inputs[name]!, here, cpu));
    const args = Array.isArray(inputs) ? there : Object.fromEntries(names.map((name, i) => [name, there[i]!]));
    const result = kernelFunc({ inputs: args as tf.NamedTensorInfoMap, attrs: attrs ?? {}, backend: cpu });
    const outputs = Array.isArray(result) ? result : [result];
    const copies = outputs.map((x) => copy(x, cpu, here));
    for (const { dataId } of [...there, ...outputs]) cpu.disposeData(dataId);
    return Array.isArray(result) ? copies : copies[0]!;
  };
}
