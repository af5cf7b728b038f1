import { type Graph, type Node, sameShape, type Value } from './graph';

const ELEMENTWISE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Where', 'Min', 'Max', 'Neg', 'Sqrt']);
/** Operations whose result may lie where their input lies. */
const VIEWS = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * Whether an output may be written over an input, element by element: its node must be the last to read the input, in any
 * order in which the graph can run.
 */
export function mayOverwrite({ inputs, outputs, nodes }: Graph, input: string, output: string): boolean {
  const [source, target] = [inputs.get(input), outputs.get(output)];
  if (!source || !target || source.type !== target.type || !sameShape(source.shape, target.shape)) return false;
  const producer = new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const last = producer.get(target);
  if (!last || !ELEMENTWISE.has(last.op)) return false;
  const before = ancestors(last, producer);
  const views = new Set<Value>([source]);
  for (const node of nodes) {
    if (!node.inputs.some((value) => value && views.has(value))) continue;
    if (!before.has(node)) return false;
    if (VIEWS.has(node.op)) for (const value of node.outputs) views.add(value);
  }
  return ![...outputs.values()].some((value) => views.has(value));
}

/** A node and all that it waits for. */
function ancestors(node: Node, producer: ReadonlyMap<Value, Node>): Set<Node> {
  const found = new Set([node]);
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const input of next.inputs) {
      const made = input && producer.get(input);
      if (!made || found.has(made)) continue;
      found.add(made);
      open.push(made);
    }
  }
  return found;
}
