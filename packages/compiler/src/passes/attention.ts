import { type Graph, type Node, sameShape, type Value } from '../graph';
import { rebuild } from './rebuild';

/** Who computes and who reads each value. */
type Links = { readonly producer: ReadonlyMap<Value, Node>; readonly readers: ReadonlyMap<Value, readonly Node[]> };

/** Spares passes over attention scores, the largest tensors of a model of long sequences. */
export function shortenAttention(graph: Graph): Graph {
  const links = linksOf(graph);
  const outputs = new Set(graph.outputs.values());
  return rebuild(graph, (node, { builder }) => {
    const product = biasedProduct(node, links);
    if (product && !outputs.has(product.scores)) {
      const { a, b, bias, scores } = product;
      const lead = scores.shape.slice(0, -2);
      const columns = scores.shape.at(-1)!;
      const ones = builder.fill(1, [...a.shape.slice(0, -1), 1], 'float32');
      const row = builder.add('Expand', [bias, builder.ints([...lead, 1, columns])], [...lead, 1, columns], 'float32');
      const rank = scores.shape.length;
      return [builder.matMul(builder.concat([a, ones], rank - 1), builder.concat([b, row], rank - 2))];
    }
    const gradient = softmaxGradient(node, links);
    if (!gradient) return undefined;
    const { weights, dWeights, output, dOutput } = gradient;
    const last = output.shape.length - 1;
    const sum = builder.reduce('ReduceSum', builder.binary('Mul', output, dOutput), [last], true);
    return [builder.binary('Mul', weights, builder.binary('Sub', dWeights, sum))];
  });
}

function linksOf({ nodes }: Graph): Links {
  const producer = new Map<Value, Node>();
  const readers = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const output of node.outputs) producer.set(output, node);
    for (const input of node.inputs) {
      if (input) readers.set(input, [...(readers.get(input) ?? []), node]);
    }
  }
  return { producer, readers };
}

/**
 * `a b + bias`, the same bias for every row: `[a, 1] [b; bias]` needs no pass over the product.
 *
 * Worth it where copying the factors is less work than a pass over the product.
 */
function biasedProduct(node: Node, { producer, readers }: Links) {
  if (node.op !== 'Add' || node.outputs[0]!.type !== 'float32') return undefined;
  const [scores, bias] = node.inputs as [Value, Value];
  const product = producer.get(scores);
  if (product?.op !== 'MatMul' || readers.get(scores)!.length > 1) return undefined;
  const rank = scores.shape.length;
  const [rows, columns] = scores.shape.slice(-2) as [number, number];
  const [a, b] = product.inputs as [Value, Value];
  const inner = a.shape.at(-1)!;
  const perRow = bias.shape.length === rank && bias.shape.at(-2) === 1 && bias.shape.at(-1) === columns;
  const batched = rank > 2 && a.shape.length === rank && b.shape.length === rank;
  const sameBatch =
    sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)) && sameShape(scores.shape, node.outputs[0]!.shape);
  if (!perRow || !batched || !sameBatch || 2 * inner * (rows + columns) > 3 * rows * columns) return undefined;
  if ([a, b].some((factor) => isTimeFirst(factor, producer))) return undefined;
  return { a, b, bias, scores };
}

/** A factor whose rows come first in memory, before the batch: ONNX Runtime's product reads it as it lies there. */
function isTimeFirst(value: Value, producer: Links['producer']): boolean {
  const { perm } = transposeOf(value, producer);
  return perm.at(-2) === 0 || perm.at(-1) === 0;
}

/**
 * `p dp - p sum(p dp)`, the gradient of a softmax p whose values mix rows as `o = (p m) v`, so that `dp = (do v^T) m`: then
 * `sum(p dp) = sum(o do)`, which is a sum over far fewer elements, and `p (dp - sum(o do))` is all there is to do.
 *
 * Source: Dao et al. 2022, "FlashAttention", equation 4.
 */
function softmaxGradient(node: Node, links: Links) {
  const { producer, readers } = links;
  if (node.op !== 'Sub') return undefined;
  const [product, shifted] = node.inputs.map((input) => producer.get(input!));
  if (product?.op !== 'Mul' || shifted?.op !== 'Mul') return undefined;
  for (const [dWeights, weights] of bothWays(product)) {
    if (producer.get(weights)?.op !== 'Softmax' || !shifted.inputs.includes(weights)) continue;
    const sum = producer.get(shifted.inputs.find((input) => input !== weights)!);
    if (sum?.op !== 'ReduceSum' || sum.inputs[0] !== product.outputs[0] || !overLast(sum)) continue;
    const [mask, raw] = withoutMask(dWeights, links);
    const back = producer.get(raw);
    if (back?.op !== 'MatMul') continue;
    const [dOutput, transposed] = back.inputs as [Value, Value];
    const mixed = mask ? readers.get(weights)!.find((reader) => isProduct(reader, weights, mask))?.outputs[0] : weights;
    const forward = mixed && readers.get(mixed)!.find((reader) => isMix(reader, mixed, transposed, links));
    const output = forward?.outputs[0];
    if (output && sameShape(output.shape, dOutput.shape)) return { weights, dWeights, output, dOutput };
  }
  return undefined;
}

const bothWays = ({ inputs: [a, b] }: Node) =>
  [
    [a, b],
    [b, a],
  ] as [Value, Value][];

const isProduct = (node: Node, a: Value, b: Value) =>
  node.op === 'Mul' && node.inputs.includes(a) && node.inputs.includes(b);

function overLast({ inputs, attributes }: Node): boolean {
  const axes = attributes['axes'] as readonly number[];
  return attributes['keepdims'] === 1 && axes.length === 1 && axes[0] === inputs[0]!.shape.length - 1;
}

/** A keep-mask that multiplies a value of its own shape, and what it multiplies. */
function withoutMask(value: Value, { producer }: Links): [Value | undefined, Value] {
  const node = producer.get(value);
  if (node?.op === 'Mul') {
    for (const [mask, raw] of bothWays(node)) {
      if (producer.get(raw)?.op === 'MatMul' && sameShape(mask.shape, raw.shape)) return [mask, raw];
    }
  }
  return [undefined, value];
}

/** Whether a node is `mixed v`, for the v of which `transposed` swaps the last two axes. */
function isMix(node: Node, mixed: Value, transposed: Value, { producer }: Links): boolean {
  if (node.op !== 'MatMul' || node.inputs[0] !== mixed) return false;
  const v = node.inputs[1]!;
  const { source, perm } = transposeOf(transposed, producer);
  const other = transposeOf(v, producer);
  const swapped = [...other.perm.slice(0, -2), other.perm.at(-1)!, other.perm.at(-2)!];
  return source === other.source && perm.every((axis, i) => axis === swapped[i]);
}

function transposeOf(value: Value, producer: Links['producer']): { source: Value; perm: readonly number[] } {
  const node = producer.get(value);
  if (node?.op !== 'Transpose') return { source: value, perm: value.shape.map((_, axis) => axis) };
  return { source: node.inputs[0]!, perm: node.attributes['perm'] as readonly number[] };
}
