import { type Graph, type Node, sameShape, sizeOf, type Value } from '../graph';
import { type RuleContext, rebuild } from './rebuild';

const ELEMENTWISE = new Set(
  (
    'Add Sub Mul Div Max Min Pow Neg Abs Exp Log Sqrt Reciprocal Erf Tanh Sigmoid Relu Sign Clip Where Cast Not And Or ' +
    'Greater GreaterOrEqual Less LessOrEqual Equal IsNaN Softplus LeakyRelu DequantizeLinear'
  ).split(' '),
);

/**
 * Lets operations that go row by row work on the matrix that was reshaped for them, and reshapes their result: a chain from one
 * matrix product to the next then needs no reshape at all. What goes element by element works on whatever was reshaped.
 */
export function flattenRows(graph: Graph): Graph {
  return rebuild(
    graph,
    (node, context) => elementwise(node, context) ?? reduction(node, context) ?? norm(node, context),
  );
}

/** The matrix that a value of higher rank is a reshape of, if their rows are the same. */
function matrixOf(value: Value, { producer }: RuleContext): Value | undefined {
  const reshape = value.shape.length > 2 ? producer(value) : undefined;
  const source = reshape?.op === 'Reshape' ? reshape.inputs[0] : undefined;
  return source?.shape.length === 2 && source.shape[1] === value.shape.at(-1) ? source : undefined;
}

/** What the one input that isn't a number was reshaped from; it may be there twice. */
function onlyTensor(node: Node, { producer }: RuleContext): Value | undefined {
  const tensors = new Set(node.inputs.filter((input) => input && input.shape.length > 0));
  const [only] = tensors as Set<Value>;
  const reshape = tensors.size === 1 ? producer(only!) : undefined;
  return reshape?.op === 'Reshape' ? reshape.inputs[0]! : undefined;
}

function elementwise(node: Node, context: RuleContext): readonly Value[] | undefined {
  const [output] = node.outputs as [Value];
  if (!ELEMENTWISE.has(node.op)) return undefined;
  const { builder } = context;
  const alone = onlyTensor(node, context);
  if (alone) {
    const inputs = node.inputs.map((input) => (input && input.shape.length > 0 ? alone : input));
    return [builder.reshape(builder.add(node.op, inputs, alone.shape, output.type, node), output.shape)];
  }
  if (output.shape.length <= 2) return undefined;
  const rows = sizeOf(output.shape.slice(0, -1));
  let reshaped = 0;
  let saved = 0;
  const operands = node.inputs.map((input) => {
    if (!input || input.shape.length <= 1) return () => input;
    const { shape } = input;
    if (!sameShape(shape.slice(0, -1), output.shape.slice(0, -1))) return undefined;
    const matrix = matrixOf(input, context);
    if (matrix) saved++;
    else reshaped++;
    return () => matrix ?? context.reshape(input, [rows, shape.at(-1)!]);
  });
  if (saved === 0 || saved < reshaped || operands.includes(undefined)) return undefined;
  const inputs = operands.map((operand) => operand!());
  const result = builder.add(node.op, inputs, [rows, output.shape.at(-1)!], output.type, node);
  return [builder.reshape(result, output.shape)];
}

/** A reduction over the last axis, or over all others. */
function reduction(node: Node, context: RuleContext): readonly Value[] | undefined {
  if (!/^Reduce(Sum|Mean|Max|Min|Prod)$/.test(node.op)) return undefined;
  const [output] = node.outputs as [Value];
  const matrix = matrixOf(node.inputs[0]!, context);
  if (!matrix) return undefined;
  const rank = node.inputs[0]!.shape.length;
  const axes = node.attributes['axes'] as readonly number[];
  const alongRow = axes.length === 1 && axes[0] === rank - 1;
  const alongColumn = axes.length === rank - 1 && !axes.includes(rank - 1);
  if (!alongRow && !alongColumn) return undefined;
  const { builder } = context;
  return [builder.reshape(builder.reduce(node.op, matrix, [alongRow ? 1 : 0], alongRow), output.shape)];
}

function norm(node: Node, context: RuleContext): readonly Value[] | undefined {
  if (node.op !== 'LayerNormalization') return undefined;
  const matrix = matrixOf(node.inputs[0]!, context);
  if (!matrix) return undefined;
  const rows = matrix.shape[0]!;
  const outputs = node.outputs.map(({ shape, type }): Value => ({ shape: [rows, shape.at(-1)!], type }));
  context.builder.push({ ...node, inputs: [matrix, ...node.inputs.slice(1)], outputs });
  return outputs.map((output, i) => context.builder.reshape(output, node.outputs[i]!.shape));
}
