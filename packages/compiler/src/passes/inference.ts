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

/** `x (1 + erf(x / sqrt(2))) / 2`, of which nothing else reads a part, is one operation of ONNX Runtime's own. */
export function fuseGelu(graph: Graph): Graph {
  const readers = readersOf(graph);
  return rebuild(graph, (node, { builder, producer, constant }) => {
    if (node.op !== 'Mul') return undefined;
    const [x, cdf] = node.inputs as [Value, Value];
    /** The other operand of an operation with this number. */
    const without = (value: Value | undefined, op: string, number: number): Value | undefined => {
      const made = value && readers(value) === 1 ? producer(value) : undefined;
      const data = made?.op === op ? constant(made.inputs[1]!) : undefined;
      return data && 'fill' in data && Math.abs(data.fill - number) < 1e-7 ? made!.inputs[0]! : undefined;
    };
    const erf = without(without(cdf, 'Mul', 0.5), 'Add', 1);
    const inner: Node | undefined = erf && readers(erf) === 1 ? producer(erf) : undefined;
    if (inner?.op !== 'Erf' || without(inner.inputs[0]!, 'Mul', Math.SQRT1_2) !== x) return undefined;
    return [builder.add('Gelu', [x], x.shape, 'float32', { domain: 'com.microsoft' })];
  });
}
