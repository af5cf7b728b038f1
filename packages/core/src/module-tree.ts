import * as tf from '@tensorflow/tfjs';

/** A module is any object whose fields lead to its variables: its fields are its tree. */
export type Module = object;

/**
 * Every variable that a module's fields lead to, keyed by the path of fields, such as `encoders.text.proj.weight`.
 *
 * Arrays contribute their index, maps their key. A variable reached twice is listed once, under the first path.
 */
export function parameters(root: Module): Map<string, tf.Variable> {
  const found = new Map<string, tf.Variable>();
  visit(root, '', new Set(), (path, node) => {
    if (node instanceof tf.Variable) found.set(path, node);
  });
  return found;
}

/** The number of scalars in all parameters of a module. */
export function countParameters(root: Module): number {
  let count = 0;
  for (const variable of parameters(root).values()) count += variable.size;
  return count;
}

/** Frees every variable of a module. */
export function disposeModule(root: Module): void {
  for (const variable of parameters(root).values()) variable.dispose();
}

/** Calls `onNode` for each object of the tree once, parents first; tensors are leaves. */
export function visit(
  node: unknown,
  path: string,
  seen: Set<object>,
  onNode: (path: string, node: object) => void,
): void {
  if (typeof node !== 'object' || node === null || seen.has(node)) return;
  seen.add(node);
  onNode(path, node);
  if (node instanceof tf.Tensor || ArrayBuffer.isView(node)) return;
  const children = node instanceof Map ? node : Object.entries(node);
  for (const [key, child] of children) visit(child, path ? `${path}.${key}` : String(key), seen, onNode);
}
