import { type Graph, type Node, sameShape, type Value } from '../graph';
import { type RuleContext, rebuild } from './rebuild';

/**
 * Writes `(x - mean(x)) / sqrt(var(x) + epsilon)` along the last axis as one LayerNormalization, whose third output is the
 * reciprocal of the root, which gradients need too.
 */
export function fuseLayerNormalization(graph: Graph): Graph {
  return rebuild(graph, (node, context) => reciprocalOfRoot(node, context) ?? centredTimesReciprocal(node, context));
}

/** At the reciprocal the normalisation is known; what multiplies by it follows later. */
function reciprocalOfRoot(node: Node, { builder, producer, constant }: RuleContext): readonly Value[] | undefined {
  if (node.op !== 'Reciprocal') return undefined;
  const [output] = node.outputs as [Value];
  const root = producer(node.inputs[0]!);
  const add = root?.op === 'Sqrt' ? producer(root.inputs[0]!) : undefined;
  if (add?.op !== 'Add') return undefined;
  const [variance, offset] = add.inputs as [Value, Value];
  const epsilon = constant(offset);
  if (!epsilon || !('fill' in epsilon)) return undefined;
  const mean = producer(variance);
  const square = meanOverLast(mean) ? producer(mean!.inputs[0]!) : undefined;
  if (square?.op !== 'Mul' || square.inputs[0] !== square.inputs[1]) return undefined;
  const x = centredOf(square.inputs[0]!, producer);
  if (!x || output.type !== 'float32') return undefined;
  const size = x.shape.at(-1)!;
  const scale = builder.constant({ values: new Float32Array(size).fill(1) }, [size], 'float32');
  const normalized: Value = { shape: x.shape, type: 'float32' };
  const meanOfRow: Value = { shape: output.shape, type: 'float32' };
  builder.push({
    op: 'LayerNormalization',
    inputs: [x, scale],
    outputs: [normalized, meanOfRow, output],
    attributes: { axis: -1, epsilon: { float: epsilon.fill } },
  });
  return [output];
}

/** `(x - mean(x)) r`, where r is the third output of a normalisation of x, is its first. */
function centredTimesReciprocal(node: Node, { producer }: RuleContext): readonly Value[] | undefined {
  if (node.op !== 'Mul') return undefined;
  const [a, b] = node.inputs as [Value, Value];
  for (const [centred, scale] of [
    [a, b],
    [b, a],
  ] as const) {
    const norm = producer(scale);
    if (norm?.op !== 'LayerNormalization' || norm.outputs[2] !== scale) continue;
    if (centredOf(centred, producer) === norm.inputs[0]) return [norm.outputs[0]!];
  }
  return undefined;
}

function meanOverLast(node: Node | undefined): boolean {
  if (node?.op !== 'ReduceMean' || node.attributes['keepdims'] !== 1) return false;
  const axes = node.attributes['axes'] as readonly number[];
  return axes.length === 1 && axes[0] === node.inputs[0]!.shape.length - 1;
}

/** The x of `x - mean(x)`. */
function centredOf(value: Value, producer: RuleContext['producer']): Value | undefined {
  const subtraction = producer(value);
  if (subtraction?.op !== 'Sub') return undefined;
  const [x, mean] = subtraction.inputs as [Value, Value];
  const node = producer(mean);
  return meanOverLast(node) && node!.inputs[0] === x && sameShape(x.shape, value.shape) ? x : undefined;
}
