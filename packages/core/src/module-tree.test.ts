import * as tf from '@tensorflow/tfjs';
import { beforeEach, expect, test } from 'vitest';
import { countParameters, disposeModule, parameters, visit } from './module-tree';

class Leaf {
  readonly weight = tf.variable(tf.zeros([2, 3]));
  readonly label = 'a leaf';
  readonly shape = [2, 3];
}

class Tree {
  readonly encoders = { text: new Leaf(), vision: new Leaf() };
  readonly layers = [new Leaf(), new Leaf()];
  readonly byName = new Map([['gate', new Leaf()]]);
  readonly constant = tf.ones([4]);
  readonly tied = this.layers[0];
  readonly parent: unknown = this;
  readonly nothing = null;
  readonly data = new Float32Array(5);
  private readonly bias = tf.variable(tf.zeros([7]));
  readonly use = () => this.bias;
}

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
});

test('the path of fields names each parameter, through records, arrays, maps and private fields', () => {
  const found = parameters(tree);
  expect([...found.keys()]).toEqual([
    'encoders.text.weight',
    'encoders.vision.weight',
    'layers.0.weight',
    'layers.1.weight',
    'byName.gate.weight',
    'bias',
  ]);
  expect(found.get('encoders.vision.weight')).toBe(tree.encoders.vision.weight);
});

test('a weight that is used twice is listed once, under its first path; cycles end', () => {
  expect([...parameters(tree).values()].filter((x) => x === tree.layers[0]!.weight)).toHaveLength(1);
});

test('countParameters counts scalars of variables alone', () => {
  expect(countParameters(tree)).toBe(5 * 6 + 7);
  expect(countParameters({})).toBe(0);
});

test('disposeModule frees every variable and nothing else', () => {
  const before = tf.memory().numTensors;
  disposeModule(tree);
  expect(before - tf.memory().numTensors).toBe(6);
  expect(tree.constant.isDisposed).toBe(false);
  expect([...parameters(tree).values()].every((variable) => variable.isDisposed)).toBe(true);
});

test('visit sees parents before children and does not enter tensors or buffers', () => {
  const paths: string[] = [];
  visit({ a: { b: tf.scalar(1) }, c: new Float32Array(2) }, '', new Set(), (path) => paths.push(path));
  expect(paths).toEqual(['', 'a', 'a.b', 'c']);
});
