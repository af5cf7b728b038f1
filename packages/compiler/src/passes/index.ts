import type { Graph } from '../graph';
import { mergeCommonSubexpressions } from './common-subexpressions';
import { removeDeadCode } from './dead-code';
import { simplify } from './simplify';

/** All passes in the order in which each finds what the one before left. */
export function optimize(graph: Graph): Graph {
  let result = removeDeadCode(graph);
  for (let round = 0; round < 2; round++) {
    result = removeDeadCode(mergeCommonSubexpressions(simplify(result)));
  }
  return result;
}
