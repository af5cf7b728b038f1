import type { Graph } from '../graph';
import { shortenAttention } from './attention';
import { mergeCommonSubexpressions } from './common-subexpressions';
import { removeDeadCode } from './dead-code';
import { flattenRows } from './flatten-rows';
import { fuseLayerNormalization } from './layer-normalization';
import { simplify } from './simplify';

/** All passes in the order in which each finds what the one before left. */
export function optimize(graph: Graph): Graph {
  let result = tidy(removeDeadCode(graph));
  for (const pass of [fuseLayerNormalization, flattenRows, flattenRows, shortenAttention]) result = tidy(pass(result));
  return result;
}

function tidy(graph: Graph): Graph {
  return removeDeadCode(mergeCommonSubexpressions(simplify(graph)));
}
