import { expect, test } from 'vitest';
import { chooseThreads } from './choose-threads';
import { type Graph, GraphBuilder, type Value } from './graph';

function chainOfProducts(size: number, others: number): Graph {
  const g = new GraphBuilder();
  const x: Value = { shape: [size, size], type: 'float32' };
  let y = g.matMul(x, x);
  for (let i = 0; i < others; i++) y = g.unary('Exp', y);
  return { inputs: new Map([['x', x]]), outputs: new Map([['y', y]]), constants: g.constants, nodes: g.nodes };
}

test('large products are shared by all cores', () => {
  expect(chooseThreads(chainOfProducts(256, 2))).toBe(0); // 33.6 million operations over 3 nodes
});

test('many small operations run on one', () => {
  expect(chooseThreads(chainOfProducts(256, 9))).toBe(1);
  expect(chooseThreads(chainOfProducts(16, 0))).toBe(1);
});
