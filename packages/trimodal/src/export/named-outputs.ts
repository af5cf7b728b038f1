import { Tensor } from '@tensorflow/tfjs';
import { mapModalities, maskedMean, nearestName, valueFor } from '@trimodal/core';
import type { TrimodalOutput } from '@trimodal/models';

/** Of what the parts of a model return, these tell how it came to its prediction, and are small enough to be kept. */
const TELLING = ['weights', 'gates', 'borrow', 'fused'];

/**
 * Every tensor that a forward pass made, named by its path: `prediction`, `fusion.weights`, `sharedBranch.gates.text`; and
 * `pooled.shared.text`, ..., the parts of each modality as the branches left them, as the mean of the tokens that are there.
 */
export function namedOutputs(output: TrimodalOutput): Record<string, Tensor> {
  const { parts, sharedBranch, privateBranch } = output;
  const pool = (part: Parameters<typeof maskedMean>[0], modality: keyof typeof parts.mask) =>
    maskedMean(part, valueFor(parts.mask, modality));
  const pooled = {
    shared: mapModalities(sharedBranch.shared, pool),
    private: mapModalities(privateBranch.private, pool),
  };
  return Object.fromEntries(tensorsOf({ ...output, pooled }, []));
}

/** Walks records; anything but tensors and records is passed over. */
function tensorsOf(value: unknown, path: readonly string[]): [string, Tensor][] {
  if (value instanceof Tensor) return [[path.join('.'), value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => tensorsOf(child, [...path, key]));
}

/**
 * The outputs that an exported file has, `prediction` first.
 *
 * @param wanted Names, or beginnings of names up to a dot (`fusion`), or `all`; undefined for the predictions, weights and gates, and one
 * vector for each part.
 * @throws RangeError if nothing has such a name.
 */
export function chooseOutputs(names: readonly string[], wanted?: readonly string[]): string[] {
  const isBelow = (name: string, parent: string) => name === parent || name.startsWith(`${parent}.`);
  for (const each of wanted ?? []) {
    if (each === 'all' || names.some((name) => isBelow(name, each))) continue;
    const groups = new Set(names.map((name) => name.split('.').slice(0, 2).join('.')));
    const near = nearestName(each, names);
    throw new RangeError(
      `Cannot export the output ${each} as it must be all, or one of ${[...groups].join(', ')}${near ? `; did you mean ${near}?` : '.'}`,
    );
  }
  const isTelling = (name: string) =>
    isBelow(name, 'branchPredictions') || isBelow(name, 'pooled') || TELLING.includes(name.split('.')[1] ?? '');
  const isChosen = wanted ? (name: string) => wanted.some((each) => each === 'all' || isBelow(name, each)) : isTelling;
  return names.filter((name) => name === 'prediction' || isChosen(name));
}
