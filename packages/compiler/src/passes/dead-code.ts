import type { Graph, Value } from '../graph';

/** Leaves out nodes and constants that no output depends on. Inputs stay, so that the signature does. */
export function removeDeadCode(graph: Graph): Graph {
  const used = new Set<Value>(graph.outputs.values());
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => used.has(output))) return false;
      for (const input of node.inputs) if (input) used.add(input);
      return true;
    })
    .toReversed();
  const constants = new Map([...graph.constants].filter(([value]) => used.has(value)));
  return { ...graph, nodes, constants };
}
