import type { Graph } from '../graph';
import { shortenAttention } from './attention';
import { mergeCommonSubexpressions } from './common-subexpressions';
import { removeDeadCode } from './dead-code';
import { flattenRows } from './flatten-rows';
import { foldScales } from './fold-scales';
import { fuseGainAndBias, fuseGelu } from './inference';
import { fuseLayerNormalization } from './layer-normalization';
import { simplify } from './simplify';

/** Passes that leave standard operations, in the order in which each finds what the one before left. */
const STANDARD = [fuseLayerNormalization, flattenRows, flattenRows, fuseGainAndBias, shortenAttention];
/** Passes that write operations of ONNX Runtime's own. */
const OWN = [fuseGelu, foldScales, foldScales, foldScales, foldScales];

/** @param standard Whether the graph must be understood by others than ONNX Runtime. */
export function optimize(graph: Graph, { standard = true }: { standard?: boolean } = {}): Graph {
  let result = tidy(removeDeadCode(graph));
  for (const pass of standard ? STANDARD : [...STANDARD, ...OWN]) result = tidy(pass(result));
  return result;
}

function tidy(graph: Graph): Graph {
  return removeDeadCode(mergeCommonSubexpressions(simplify(graph)));
}
