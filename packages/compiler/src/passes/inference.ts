import type { Graph, Node, Value } from '../graph';
import { rebuild } from './rebuild';

/** Which nodes read a value, and whether it leaves the graph. */
function readersOf(graph: Graph): (value: Value) => number {
  const counts = new Map<Value, number>();
  const count = (value: Value) => counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const node of graph.nodes) for (const input of node.inputs) if (input) count(input);
  for (const output of graph.outputs.values()) count(output);
  return (value) => counts.get(value) ?? 0;
}

const isVector = (value: Value, size: number) => value.shape.length === 1 && value.shape[0] === size;

/** A gain and a bias after a normalisation that nothing else reads, as a gradient would, go into its node. */
export function fuseGainAndBias(graph: Graph): Graph {
  const readers = readersOf(graph);
  return rebuild(graph, (node, { builder, producer, constant }) => {
    if (node.op !== 'Add') return undefined;
    const [scaled, bias] = node.inputs as [Value, Value];
    const product = producer(scaled);
    if (product?.op !== 'Mul' || readers(scaled) !== 1) return undefined;
    const [normalized, gain] = product.inputs as [Value, Value];
    const norm = producer(normalized);
    const size = normalized.shape.at(-1)!;
    const plain = norm?.op === 'LayerNormalization' && norm.inputs.length === 2 && norm.outputs[0] === normalized;
    if (!plain || !isVector(gain, size) || !isVector(bias, size)) return undefined;
    const ones = constant(norm.inputs[1]!);
    const alone = norm.outputs.every((output, i) => readers(output) === (i === 0 ? 1 : 0));
    if (!ones || !('fill' in ones) || ones.fill !== 1 || !alone) return undefined;
    const { attributes } = norm;
    return [
      builder.add('LayerNormalization', [norm.inputs[0]!, gain, bias], normalized.shape, 'float32', { attributes }),
    ];
  });
}

/** `u (1 + erf u) / sqrt(2)` with `u = x / sqrt(2)`, of which nothing else reads a part, is one operation of ONNX Runtime's own. */
export function fuseGelu(graph: Graph): Graph {
  const readers = readersOf(graph);
  return rebuild(graph, (node, { builder, producer, constant }) => {
    /** The other operand of an operation with this number. */
    const without = (made: Node | undefined, op: string, number: number): Value | undefined => {
      const data = made?.op === op ? constant(made.inputs[1]!) : undefined;
      return data && 'fill' in data && Math.abs(data.fill - number) < 1e-7 ? made!.inputs[0]! : undefined;
    };
    const inner = (value: Value | undefined, count: number) =>
      value && readers(value) === count ? producer(value) : undefined;
    const product = inner(without(node, 'Mul', Math.SQRT1_2), 1);
    if (product?.op !== 'Mul') return undefined;
    const [u, twicePhi] = product.inputs as [Value, Value];
    const erf = inner(without(inner(twicePhi, 1), 'Add', 1), 1);
    if (erf?.op !== 'Erf' || erf.inputs[0] !== u) return undefined;
    const x = without(inner(u, 2), 'Mul', Math.SQRT1_2);
    return x && [builder.add('Gelu', [x], x.shape, 'float32', { domain: 'com.microsoft' })];
  });
}
