import { type ConstantData, type Graph, GraphBuilder, type Node, type Value } from '../graph';

/** What a rule sees of the graph being written. */
export type RuleContext = {
  readonly builder: GraphBuilder;
  /** A value in another shape, from where the first of a chain of reshapes took it. */
  reshape(value: Value, shape: readonly number[]): Value;
  /** The node that computes a value of the new graph, if one does. */
  producer(value: Value): Node | undefined;
  /** The contents of a value of the new graph, if it is constant. */
  constant(value: Value): ConstantData | undefined;
};

/** What stands for a node's outputs instead, or nothing to keep the node. Its inputs are those of the new graph. */
export type Rule = (node: Node, context: RuleContext) => readonly Value[] | undefined;

/** Copies a graph node by node, asking a rule for a replacement of each. */
export function rebuild(graph: Graph, rule: Rule): Graph {
  const builder = new GraphBuilder();
  const replaced = new Map<Value, Value>();
  const producers = new Map<Value, Node>();
  const resolve = (value: Value): Value => {
    const found = replaced.get(value);
    if (found) return found;
    const data = graph.constants.get(value);
    if (data) builder.constants.set(value, data);
    return value;
  };
  let indexed = 0;
  const index = () => {
    for (; indexed < builder.nodes.length; indexed++) {
      const node = builder.nodes[indexed]!;
      for (const output of node.outputs) producers.set(output, node);
    }
  };
  const context: RuleContext = {
    builder,
    producer: (value) => {
      index();
      return producers.get(value);
    },
    constant: (value) => builder.constants.get(value),
    reshape: (value, shape) => {
      index();
      const before = producers.get(value);
      return builder.reshape(before?.op === 'Reshape' ? before.inputs[0]! : value, shape);
    },
  };
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((input) => input && resolve(input)) };
    const outputs = rule(node, context);
    if (outputs) for (const [i, output] of node.outputs.entries()) replaced.set(output, outputs[i]!);
    else builder.push(node);
  }
  const outputs = new Map([...graph.outputs].map(([name, value]) => [name, resolve(value)]));
  return { inputs: graph.inputs, outputs, constants: builder.constants, nodes: builder.nodes };
}
