import { expect, test } from 'vitest';
import { type Graph, GraphBuilder, type Value } from '../graph';
import { shortenAttention } from './attention';
import { mergeCommonSubexpressions } from './common-subexpressions';
import { removeDeadCode } from './dead-code';
import { flattenRows } from './flatten-rows';
import { foldScales } from './fold-scales';
import { fuseGainAndBias, fuseGelu } from './inference';
import { fuseLayerNormalization } from './layer-normalization';
import { simplify } from './simplify';

/** A graph with inputs x, y `shape` and the output that `build` makes. */
function graphOf(shape: number[], build: (g: GraphBuilder, x: Value, y: Value) => Value): Graph {
  const g = new GraphBuilder();
  const [x, y]: [Value, Value] = [
    { shape, type: 'float32' },
    { shape, type: 'float32' },
  ];
  const out = build(g, x, y);
  return {
    inputs: new Map([
      ['x', x],
      ['y', y],
    ]),
    outputs: new Map([['out', out]]),
    constants: g.constants,
    nodes: g.nodes,
  };
}

const ops = ({ nodes }: Graph) => nodes.map((node) => node.op);
const cleaned = (graph: Graph) => removeDeadCode(simplify(graph));

test('dead code goes, inputs stay', () => {
  const graph = graphOf([2, 3], (g, x, y) => {
    g.binary('Mul', g.fill(3, [2, 3], 'float32'), y);
    return g.unary('Exp', x);
  });
  const result = removeDeadCode(graph);
  expect(ops(result)).toEqual(['Exp']);
  expect(result.constants.size).toBe(0);
  expect([...result.inputs.keys()]).toEqual(['x', 'y']);
});

test('what is computed twice is computed once, unless an attribute differs', () => {
  const graph = graphOf([2, 3], (g, x) => {
    const a = g.binary('Add', g.unary('Exp', x), g.constant({ values: [1, 2, 3] }, [3], 'float32'));
    const b = g.binary('Add', g.unary('Exp', x), g.constant({ values: [1, 2, 3] }, [3], 'float32'));
    return g.add(
      'Concat',
      [a, b, g.reduce('ReduceSum', a, [0], true), g.reduce('ReduceSum', a, [1], true)],
      [9],
      'float32',
    );
  });
  expect(ops(mergeCommonSubexpressions(graph))).toEqual(['Exp', 'Add', 'ReduceSum', 'ReduceSum', 'Concat']);
});

test('-0 and 0 are not the same constant', () => {
  const graph = graphOf([2], (g, x) => {
    const a = g.binary('Max', x, g.constant({ values: [0, 1] }, [2], 'float32'));
    return g.binary('Max', a, g.constant({ values: [-0, 1] }, [2], 'float32'));
  });
  const inputs = mergeCommonSubexpressions(graph).nodes.map((node) => node.inputs[1]);
  expect(inputs[0]).not.toBe(inputs[1]);
});

test.each<[string, (g: GraphBuilder, x: Value, y: Value) => Value, string[]]>([
  ['x + 0', (g, x) => g.binary('Add', x, g.scalar(0)), []],
  ['0 + x', (g, x) => g.binary('Add', g.fill(0, [2, 3], 'float32'), x), []],
  ['x - 0', (g, x) => g.binary('Sub', x, g.scalar(0)), []],
  ['0 - x', (g, x) => g.binary('Sub', g.scalar(0), x), ['Neg']],
  ['1 * x / 1', (g, x) => g.binary('Div', g.binary('Mul', g.scalar(1), x), g.scalar(1)), []],
  ['1 / x stays', (g, x) => g.binary('Div', g.scalar(1), x), ['Div']],
  ['x * -1', (g, x) => g.binary('Mul', x, g.scalar(-1)), ['Neg']],
  ['x * 0 stays, as x may be infinite', (g, x) => g.binary('Mul', x, g.scalar(0)), ['Mul']],
  ['a sum that broadcasts stays', (g, x) => g.binary('Add', x, g.fill(0, [4, 2, 3], 'float32')), ['Add']],
  ['fills are folded', (g, x) => g.binary('Mul', x, g.binary('Add', g.scalar(2), g.fill(3, [3], 'float32'))), ['Mul']],
  ['reshapes collapse', (g, x) => g.reshape(g.reshape(g.reshape(x, [6]), [3, 2]), [1, 6]), ['Reshape']],
  ['reshapes there and back go', (g, x) => g.reshape(g.reshape(x, [6]), [2, 3]), []],
  ['transposes there and back go', (g, x) => g.transpose(g.transpose(x, [1, 0]), [1, 0]), []],
  [
    'a transpose of axes of size 1 is a reshape',
    (g, x) => g.transpose(g.reshape(x, [2, 1, 3]), [1, 0, 2]),
    ['Reshape'],
  ],
  [
    'a sum over an axis of size 1 is a reshape',
    (g, x) => g.reduce('ReduceSum', g.reshape(x, [2, 3, 1]), [2], false),
    [],
  ],
  ['a split, concatenated', (g, x) => g.concat(g.split(x, [1, 2], 1), 1), []],
  [
    'a split, concatenated in another order',
    (g, x) => g.concat(g.split(x, [1, 2], 1).toReversed(), 1),
    ['Split', 'Concat'],
  ],
])('%s', (_, build, wanted) => {
  expect(ops(cleaned(graphOf([2, 3], build)))).toEqual(wanted);
});

test('a scaled keep-mask is one node', () => {
  const graph = graphOf([2, 3], (g, x) => {
    const mask = g.cast(g.cast(x, 'uint8'), 'float32');
    return g.binary('Add', g.binary('Mul', mask, g.scalar(1.25)), mask);
  });
  expect(ops(cleaned(graph))).toEqual(['Cast', 'Cast', 'DequantizeLinear', 'Add']);
});

test('a full constant of one number shrinks to the number', () => {
  const result = cleaned(graphOf([2, 3], (g, x) => g.binary('Mul', x, g.fill(2, [2, 3], 'float32'))));
  expect(result.nodes[0]!.inputs[1]!.shape).toEqual([]);
});

test('a constant that is transposed is transposed here', () => {
  const result = cleaned(
    graphOf([3, 2], (g, x) =>
      g.binary('Add', x, g.transpose(g.constant({ values: [1, 2, 3, 4, 5, 6] }, [2, 3], 'float32'), [1, 0])),
    ),
  );
  expect(ops(result)).toEqual(['Add']);
  const data = result.constants.get(result.nodes[0]!.inputs[1]!) as { values: ArrayLike<number> };
  expect(Array.from(data.values)).toEqual([1, 4, 2, 5, 3, 6]);
});

test('layer normalisation is one node, its reciprocal root the third output', () => {
  const graph = graphOf([4, 3], (g, x) => {
    const centred = g.binary('Sub', x, g.reduce('ReduceMean', x, [1], true));
    const variance = g.reduce('ReduceMean', g.binary('Mul', centred, centred), [1], true);
    const scale = g.unary('Reciprocal', g.unary('Sqrt', g.binary('Add', variance, g.scalar(1e-5))));
    return g.binary('Add', g.binary('Mul', centred, scale), scale);
  });
  const result = removeDeadCode(fuseLayerNormalization(graph));
  expect(ops(result)).toEqual(['LayerNormalization', 'Add']);
  expect(result.nodes[1]!.inputs).toEqual([result.nodes[0]!.outputs[0], result.nodes[0]!.outputs[2]]);
});

test('the root of a mean over another axis is left alone', () => {
  const graph = graphOf([4, 3], (g, x) => {
    const centred = g.binary('Sub', x, g.reduce('ReduceMean', x, [0], true));
    const variance = g.reduce('ReduceMean', g.binary('Mul', centred, centred), [1], true);
    return g.unary('Reciprocal', g.unary('Sqrt', g.binary('Add', variance, g.scalar(1e-5))));
  });
  expect(ops(fuseLayerNormalization(graph))).not.toContain('LayerNormalization');
});

test('row by row operations work on the matrix', () => {
  const graph = graphOf([6, 4], (g, x, y) => {
    const cube = (value: Value) => g.reshape(value, [2, 3, 4]);
    const mean = g.reduce('ReduceMean', cube(x), [2], true);
    const sum = g.binary('Sub', g.unary('Exp', g.binary('Add', cube(x), cube(y))), mean);
    return g.reshape(g.binary('Mul', sum, g.constant({ values: [1, 2, 3, 4] }, [4], 'float32')), [6, 4]);
  });
  const result = removeDeadCode(simplify(flattenRows(graph)));
  expect(ops(result)).toEqual(['ReduceMean', 'Add', 'Exp', 'Sub', 'Mul']);
  expect(result.nodes.map((node) => node.outputs[0]!.shape)).toEqual([
    [6, 1],
    [6, 4],
    [6, 4],
    [6, 4],
    [6, 4],
  ]);
});

test('a broadcast over rows in between is left alone', () => {
  const graph = graphOf([6, 4], (g, x) => {
    const middle = g.constant({ values: [1, 2, 3] }, [1, 3, 1], 'float32');
    return g.binary('Mul', g.reshape(x, [2, 3, 4]), middle);
  });
  expect(ops(flattenRows(graph))).toEqual(['Reshape', 'Mul']);
});

/** Attention of 2 samples, 3 heads, 8 queries and keys of width 2, its softmax gradient, with a dropout mask or without. */
function attention(masked: boolean, sameV = true): Graph {
  return graphOf([2, 3, 8, 2], (g, x, y) => {
    const scores = g.matMul(x, g.transpose(y, [0, 1, 3, 2]));
    const bias = g.constant({ values: Array.from({ length: 16 }, (_, i) => -(i % 3)) }, [2, 1, 1, 8], 'float32');
    const p = g.unary('Softmax', g.binary('Add', scores, bias), 'float32', { axis: 3 });
    const mask = g.constant({ values: Array.from({ length: 384 }, (_, i) => i % 2) }, [2, 3, 8, 8], 'float32');
    const o = g.matMul(masked ? g.binary('Mul', p, mask) : p, y);
    const dO = g.unary('Exp', o);
    const raw = g.matMul(dO, g.transpose(sameV ? y : x, [0, 1, 3, 2]));
    const dP = masked ? g.binary('Mul', raw, mask) : raw;
    const t = g.binary('Mul', dP, p);
    return g.binary('Sub', t, g.binary('Mul', g.reduce('ReduceSum', t, [3], true), p));
  });
}

test.each([true, false])('attention takes fewer passes over its scores, masked: %s', (masked) => {
  const before = removeDeadCode(attention(masked));
  const after = removeDeadCode(mergeCommonSubexpressions(shortenAttention(before)));
  const sized = (graph: Graph, op: string) =>
    graph.nodes.filter(
      (node) => node.op === op && node.outputs[0]!.shape.at(-1) === 8 && node.outputs[0]!.shape.at(-2) === 8,
    ).length;
  expect([sized(before, 'Add'), sized(before, 'Mul'), sized(before, 'Sub')]).toEqual([1, masked ? 4 : 2, 1]);
  expect([sized(after, 'Add'), sized(after, 'Mul'), sized(after, 'Sub')]).toEqual([0, masked ? 3 : 1, 1]);
});

test('the gradient of a softmax that mixes something else is left alone', () => {
  const after = removeDeadCode(shortenAttention(attention(true, false)));
  expect(ops(after).filter((op) => op === 'ReduceSum').length).toBe(1);
  expect(after.nodes.find((node) => node.op === 'ReduceSum')!.inputs[0]!.shape).toEqual([2, 3, 8, 8]);
});

/** A normalisation with gain and bias; `also` reads one of the node's three outputs. */
function normalization(also?: number): Graph {
  return graphOf([4, 3], (g, x) => {
    const outputs: Value[] = [
      [4, 3],
      [4, 1],
      [4, 1],
    ].map((shape) => ({ shape, type: 'float32' }));
    g.push({ op: 'LayerNormalization', inputs: [x, g.fill(1, [3], 'float32')], outputs, attributes: { axis: -1 } });
    const vector = (values: number[]) => g.constant({ values }, [3], 'float32');
    const y = g.binary('Add', g.binary('Mul', outputs[0]!, vector([1, 2, 3])), vector([4, 5, 6]));
    return also === undefined ? y : g.binary('Add', y, outputs[also]!);
  });
}

test('gain and bias go into a normalisation that nothing else reads', () => {
  const fused = removeDeadCode(fuseGainAndBias(normalization()));
  expect(ops(fused)).toEqual(['LayerNormalization']);
  expect(fused.nodes[0]!.inputs.length).toBe(3);
  for (const also of [0, 1, 2]) expect(ops(fuseGainAndBias(normalization(also)))).toContain('Mul');
});

test('gelu is one operation, unless a gradient reads a part of it', () => {
  const gelu = (also: boolean, root = Math.SQRT1_2) =>
    graphOf([4, 3], (g, x) => {
      const u = g.binary('Mul', x, g.scalar(root));
      const twicePhi = g.binary('Add', g.unary('Erf', u), g.scalar(1));
      const y = g.binary('Mul', g.binary('Mul', u, twicePhi), g.scalar(Math.SQRT1_2));
      return also ? g.binary('Add', y, twicePhi) : y;
    });
  expect(ops(removeDeadCode(fuseGelu(gelu(false))))).toEqual(['Gelu']);
  expect(ops(removeDeadCode(fuseGelu(gelu(true))))).not.toContain('Gelu');
  expect(ops(removeDeadCode(fuseGelu(gelu(false, 0.7))))).not.toContain('Gelu');
});

test('a number that multiplies a factor, or a sum with a bias, goes into the product', () => {
  const scaledFactor = graphOf([3, 3], (g, x, y) =>
    g.matMul(g.binary('Mul', x, g.scalar(2)), g.binary('Mul', y, g.scalar(3))),
  );
  const [product] = removeDeadCode(foldScales(scaledFactor)).nodes;
  expect(product).toMatchObject({ op: 'FusedMatMul', attributes: { alpha: { float: 6 } } });

  const scaledSum = graphOf([3, 3], (g, x, y) => {
    const bias = g.constant({ values: [1, 2, 3] }, [3], 'float32');
    return g.binary('Mul', g.binary('Add', g.matMul(x, y), bias), g.scalar(2));
  });
  const folded = removeDeadCode(foldScales(scaledSum));
  expect(ops(folded)).toEqual(['Mul', 'Gemm']); // the bias alone is multiplied
  expect(folded.nodes[0]!.outputs[0]!.shape).toEqual([3]);
});

test('a number passes moves, sums and products on its way, but stays where others read what it multiplies', () => {
  const passing = graphOf([2, 3], (g, x, y) => {
    const scaled = g.binary('Mul', g.binary('Mul', x, g.scalar(2)), y);
    return g.reduce('ReduceSum', g.transpose(scaled, [1, 0]), [0], false);
  });
  let graph = passing;
  for (let i = 0; i < 3; i++) graph = removeDeadCode(foldScales(graph));
  expect(ops(graph)).toEqual(['Mul', 'Transpose', 'ReduceSum', 'Mul']);
  expect(graph.nodes.at(-1)!.outputs[0]!.shape).toEqual([2]);

  const shared = graphOf([2, 3], (g, x, y) => {
    const scaled = g.binary('Mul', x, g.scalar(2));
    return g.binary('Add', g.binary('Mul', scaled, y), scaled);
  });
  expect(ops(foldScales(shared))).toEqual(['Mul', 'Mul', 'Add']);
});

test('a scaled product and a sum are one operation', () => {
  const graph = graphOf([3, 3], (g, x, y) => g.binary('Add', y, g.matMul(g.binary('Mul', x, g.scalar(2)), y)));
  const folded = removeDeadCode(foldScales(removeDeadCode(foldScales(graph))));
  expect(folded.nodes).toMatchObject([{ op: 'Gemm', attributes: { alpha: { float: 2 } } }]);
});
