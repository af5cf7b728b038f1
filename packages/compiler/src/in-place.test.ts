import { expect, test } from 'vitest';
import { type Graph, GraphBuilder, type Value } from './graph';
import { mayOverwrite } from './in-place';

function graphOf(build: (g: GraphBuilder, p: Value) => Record<string, Value>): Graph {
  const g = new GraphBuilder();
  const p: Value = { shape: [4], type: 'float32' };
  const outputs = new Map(Object.entries(build(g, p)));
  return { inputs: new Map([['p', p]]), outputs, constants: g.constants, nodes: g.nodes };
}

test('the last to read an input may write over it', () => {
  const reshaped = graphOf((g, p) => ({ next: g.unary('Sqrt', g.reshape(p, [2, 2])) }));
  expect(mayOverwrite(reshaped, 'p', 'next')).toBe(false);
  const flat = graphOf((g, p) => ({ next: g.binary('Sub', p, g.reshape(g.unary('Exp', g.reshape(p, [2, 2])), [4])) }));
  expect(mayOverwrite(flat, 'p', 'next')).toBe(true);
});

test('not where another may read it later, be it through a view', () => {
  const graph = graphOf((g, p) => ({
    next: g.binary('Sub', p, g.scalar(1)),
    other: g.unary('Exp', g.reshape(p, [2, 2])),
  }));
  expect(mayOverwrite(graph, 'p', 'next')).toBe(false);
});

test('not where an element depends on others, nor where the input itself leaves the graph', () => {
  const rows = graphOf((g, p) => ({ next: g.add('Softmax', [p], [4], 'float32') }));
  expect(mayOverwrite(rows, 'p', 'next')).toBe(false);
  const leaving = graphOf((g, p) => ({ next: g.binary('Sub', p, g.scalar(1)), view: g.reshape(p, [2, 2]) }));
  expect(mayOverwrite(leaving, 'p', 'next')).toBe(false);
  expect(mayOverwrite(rows, 'q', 'next')).toBe(false);
});
