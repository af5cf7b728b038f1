import { type ConstantData, type Graph, type Node, sizeOf, type Value } from '../graph';
import { rebuild } from './rebuild';

/** A stored constant larger than this is not compared with others. */
const LARGEST_COMPARED = 1024;

/** Computes what is computed twice once, and stores equal constants once. */
export function mergeCommonSubexpressions(graph: Graph): Graph {
  const ids = new Map<Value, string>();
  const constants = new Map<string, Value>();
  const seen = new Map<string, Node>();
  const idOf = (value: Value): string => {
    let id = ids.get(value);
    if (id === undefined) {
      id = String(ids.size);
      ids.set(value, id);
    }
    return id;
  };
  return rebuild(graph, (node, { builder, constant }) => {
    const inputs = node.inputs.map((input) => {
      const data = input && constant(input);
      const key = data && contentKey(input, data);
      if (!key) return input;
      const first = constants.get(key);
      if (first) return first;
      constants.set(key, input);
      return input;
    });
    const key = JSON.stringify([node.op, node.domain, node.attributes, inputs.map((input) => input && idOf(input))]);
    const same = seen.get(key);
    if (same) return same.outputs;
    const merged = { ...node, inputs };
    seen.set(key, merged);
    return builder.push(merged);
  });
}

function contentKey(value: Value, data: ConstantData): string | undefined {
  const type = `${value.type}[${value.shape}]`;
  if ('fill' in data) return `${type}=${Object.is(data.fill, -0) ? '-0' : data.fill}`;
  if (sizeOf(value.shape) > LARGEST_COMPARED) return undefined;
  return `${type}:${Array.from(data.values, (x) => (Object.is(x, -0) ? '-0' : x))}`;
}
