import * as tf from '@tensorflow/tfjs';
import { countParameters, visit } from '@trimodal/core';

/** The modules that hold parameters, one a line, indented, with their class, shapes and counts. */
export function moduleTree(root: object): string {
  const lines: [string, string][] = [];
  visit(root, '', new Set(), (path, node) => {
    const name = path.split('.').at(-1) || '(model)';
    const indent = '  '.repeat(path === '' ? 0 : path.split('.').length);
    if (node instanceof tf.Variable) {
      lines.push([`${indent}${name} [${node.shape.join(', ')}]`, node.size.toLocaleString('en')]);
    } else if (countParameters(node) > 0) {
      const type = node.constructor.name === 'Object' || Array.isArray(node) ? '' : `: ${node.constructor.name}`;
      lines.push([`${indent}${name}${type}`, countParameters(node).toLocaleString('en')]);
    }
  });
  const left = Math.max(...lines.map(([text]) => text.length));
  const right = Math.max(...lines.map(([, count]) => count.length));
  return lines.map(([text, count]) => `${text.padEnd(left)}  ${count.padStart(right)}`).join('\n');
}
