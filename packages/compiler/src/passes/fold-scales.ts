import { type Graph, type Node, sameShape, type Value } from '../graph';
import { type RuleContext, rebuild } from './rebuild';

/**
 * Lets matrix products multiply by numbers, which costs them nothing: a number that multiplies what a product reads or writes
 * becomes its alpha. On the way there it passes what is linear, so that it meets a product, or multiplies something smaller.
 */
export function foldScales(graph: Graph): Graph {
  const readers = readerCounts(graph);
  return rebuild(graph, (node, context) => intoProduct(node, context, readers) ?? past(node, context, readers));
}

type Scaled = { readonly value: Value; readonly scale: number };

/** A product of a tensor and a number. */
function scaled(value: Value, { producer, constant }: RuleContext): Scaled | undefined {
  const node = producer(value);
  if (node?.op !== 'Mul' || value.type !== 'float32') return undefined;
  const factor = constant(node.inputs[1]!);
  const plain = factor && 'fill' in factor && node.inputs[1]!.shape.length === 0;
  return plain && Number.isFinite(factor.fill) ? { value: node.inputs[0]!, scale: factor.fill } : undefined;
}

const alphaOf = (node: Node) => (node.attributes['alpha'] as { float: number } | undefined)?.float ?? 1;
const isVector = ({ shape }: Value) => shape.length === 1;

function intoProduct(node: Node, context: RuleContext, readers: Map<Value, number>): readonly Value[] | undefined {
  const { builder, producer } = context;
  const [output] = node.outputs as [Value];
  if (node.op === 'Mul') {
    // s (a b + bias)
    const own = scaledOutput(node, context);
    const sum = own && readers.get(own.value) === 1 ? producer(own.value) : undefined;
    const product = sum?.op === 'Add' ? producer(sum.inputs[0]!) : undefined;
    if (!own || product?.op !== 'MatMul' || readers.get(sum!.inputs[0]!) !== 1) return undefined;
    const bias = sum!.inputs[1]!;
    if (output.shape.length !== 2 || !isVector(bias)) return undefined;
    const attributes = { alpha: { float: own.scale } };
    const scaledBias = builder.binary('Mul', bias, builder.scalar(own.scale));
    return [builder.add('Gemm', [...product.inputs, scaledBias], output.shape, 'float32', { attributes })];
  }
  if (node.op === 'Add') return productAndSum(node, context, readers);
  if (node.op !== 'MatMul' && node.op !== 'FusedMatMul') return undefined;
  const found = scaledInput(node, context);
  if (!found || output.type !== 'float32') return undefined;
  const attributes = { ...node.attributes, alpha: { float: alphaOf(node) * found.scale } };
  return [builder.add('FusedMatMul', found.inputs, output.shape, 'float32', { attributes, domain: 'com.microsoft' })];
}

/** `s a b + c`: ONNX Runtime makes one operation of a sum and a plain product only. */
function productAndSum(node: Node, { builder, producer }: RuleContext, readers: Map<Value, number>) {
  const [output] = node.outputs as [Value];
  if (output.shape.length !== 2) return undefined;
  const [first, second] = node.inputs as [Value, Value];
  for (const [sum, added] of [
    [first, second],
    [second, first],
  ] as const) {
    const product = producer(sum);
    if (product?.op !== 'FusedMatMul' || readers.get(sum) !== 1 || product.attributes['transBatchA']) continue;
    if (!isVector(added) && !sameShape(added.shape, output.shape)) continue;
    const { attributes, inputs } = product;
    return [builder.add('Gemm', [...inputs, added], output.shape, 'float32', { attributes })];
  }
  return undefined;
}

/** A node that multiplies by a number, seen as such. */
function scaledOutput(node: Node, { constant }: RuleContext): Scaled | undefined {
  const [value, by] = node.inputs as [Value, Value];
  const factor = constant(by);
  if (!factor || !('fill' in factor) || by.shape.length > 0 || !Number.isFinite(factor.fill)) return undefined;
  return node.outputs[0]!.type === 'float32' ? { value, scale: factor.fill } : undefined;
}

/** The factors of a product without the numbers that multiply them. */
function scaledInput(node: Node, context: RuleContext) {
  const [a, b] = node.inputs as [Value, Value];
  const [p, q] = [scaled(a, context), scaled(b, context)];
  if (!p && !q) return undefined;
  return { inputs: [p?.value ?? a, q?.value ?? b], scale: (p?.scale ?? 1) * (q?.scale ?? 1) };
}

/** `f(s x) = s f(x)`: of a move, a sum, or a product with a tensor. */
function past(node: Node, context: RuleContext, readers: Map<Value, number>): readonly Value[] | undefined {
  const { builder } = context;
  const [output] = node.outputs as [Value];
  const rescale = (value: Value, scale: number) => [builder.binary('Mul', value, builder.scalar(scale))];
  const [first, second] = node.inputs as [Value, Value];
  if (node.op === 'Mul') {
    if (second.shape.length === 0) return undefined;
    for (const [x, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const found = readers.get(x) === 1 ? scaled(x, context) : undefined;
      if (found) return rescale(builder.add('Mul', [found.value, other], output.shape, 'float32'), found.scale);
    }
    return undefined;
  }
  if (!['Reshape', 'Transpose', 'ReduceSum', 'ReduceMean'].includes(node.op)) return undefined;
  const moves = node.op === 'Reshape' || node.op === 'Transpose';
  const found = moves && readers.get(first) !== 1 ? undefined : scaled(first, context);
  if (!found) return undefined;
  return rescale(
    builder.add(node.op, [found.value, ...node.inputs.slice(1)], output.shape, 'float32', node),
    found.scale,
  );
}

function readerCounts(graph: Graph): Map<Value, number> {
  const counts = new Map<Value, number>();
  const count = (value: Value | null) => value && counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(count);
  for (const output of graph.outputs.values()) count(output);
  return counts;
}
