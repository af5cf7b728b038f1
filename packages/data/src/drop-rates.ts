import {
  entriesOf,
  type Modality,
  mapModalities,
  modalitiesOf,
  type PerModality,
  type Rng,
  valueFor,
} from '@trimodal/core';
import { type Missingness, modalitySubsets } from './missingness';

/** The samples of a split: observed steps `[n]` of each modality. */
export type Lengths = PerModality<Int32Array>;

/** For each sample and modality the probability by which its steps are dropped, `[n]`; 1 takes the modality away. */
export type DropRates = PerModality<Float64Array>;

/**
 * The first half of a draw: what a protocol decides about each sample and modality. Steps are dropped by `dropSteps`.
 *
 * @param streamOf The random stream of a sample; decisions depend on these alone, not on the order of samples.
 * @throws RangeError if more modalities are to go than can, with one left a sample.
 */
export function drawRates(missingness: Missingness, lengths: Lengths, streamOf: (index: number) => Rng): DropRates {
  const draws = (name: string): PerModality<Float64Array> =>
    mapModalities(lengths, (values, modality) =>
      Float64Array.from(values, (_, index) => streamOf(index).fork(`${modality}-${name}`).uniform()),
    );
  switch (missingness.protocol) {
    case 'frame-uniform':
    case 'frame-per-rate':
      return mapModalities(lengths, ({ length }) => new Float64Array(length).fill(missingness.rate));
    case 'frame-train': {
      const keys = draws('half');
      const rates = draws('rate');
      for (const [modality, rate] of entriesOf(rates)) {
        const key = valueFor(keys, modality);
        const having = samplesWith(lengths, modality).sort((a, b) => key[a]! - key[b]!);
        for (const index of having.slice(0, Math.floor(having.length / 2))) rate[index] = 0;
      }
      return rates;
    }
    case 'modality-subsets':
      return subsetRates(lengths, missingness.subset, streamOf);
    case 'modality-rate':
      return removedByRate(lengths, missingness.rate, draws('stay'), draws('remove'));
    case 'mixed': {
      if (missingness.rate === undefined) return mixedBySample(lengths, streamOf, draws('stay'), draws('remove'));
      const removed = removedByRate(lengths, missingness.rate / 2, draws('stay'), draws('remove'));
      const rate = stepRate(missingness.rate);
      return mapModalities(removed, (values) => values.map((gone) => (gone ? 1 : rate)));
    }
  }
}

/**
 * The second half of a draw: drops steps of one sample in its masks, 1 at observed steps.
 *
 * A step goes if its draw lies below the rate, so with one stream a higher rate drops what a lower one drops, and more. If nothing
 * is left the step with the highest draw stays, in a modality that wasn't taken away if there is one.
 *
 * @returns whether a step had to be kept that way.
 */
export function dropSteps(
  masks: PerModality<Float32Array | Uint8Array>,
  rateOf: (modality: Modality) => number,
  stream: Rng,
): boolean {
  let kept = 0;
  let last: { mask: Float32Array | Uint8Array; step: number; rank: number } | undefined;
  for (const [modality, mask] of entriesOf(masks)) {
    const rate = rateOf(modality);
    const draws = stream.fork(`${modality}-steps`);
    for (let step = 0; step < mask.length; step++) {
      if (mask[step] === 0) continue;
      const draw = draws.nextUint32() / 2 ** 32;
      const rank = rate < 1 ? 1 + draw : draw;
      if (!last || rank > last.rank) last = { mask, step, rank };
      if (draw < rate) mask[step] = 0;
      else kept++;
    }
  }
  if (kept > 0 || !last) return false;
  last.mask[last.step] = 1;
  return true;
}

/** Of steps that stay when half of the missing ones are in whole modalities: `1 - (1 - r/2)(1 - f) = r`. */
function stepRate(rate: number): number {
  return rate / 2 / (1 - rate / 2);
}

function samplesWith(lengths: Lengths, modality: Modality): Int32Array {
  const values = valueFor(lengths, modality);
  return Int32Array.from(values.keys()).filter((index) => values[index]! > 0);
}

function numSamples(lengths: Lengths): number {
  return valueFor(lengths, modalitiesOf(lengths)[0]!).length;
}

/** The modalities that a sample has, the one with the highest key first. */
function byKey(lengths: Lengths, index: number, keys: PerModality<Float64Array>): Modality[] {
  return modalitiesOf(lengths)
    .filter((modality) => valueFor(lengths, modality)[index]! > 0)
    .sort((a, b) => valueFor(keys, b)[index]! - valueFor(keys, a)[index]!);
}

function subsetRates(
  lengths: Lengths,
  subset: readonly Modality[] | undefined,
  streamOf: (index: number) => Rng,
): DropRates {
  const rates = mapModalities(lengths, ({ length }) => new Float64Array(length));
  for (let index = 0; index < numSamples(lengths); index++) {
    const available = modalitiesOf(lengths).filter((modality) => valueFor(lengths, modality)[index]! > 0);
    if (available.length === 0) continue;
    const within = available.filter((modality) => subset?.includes(modality));
    const choices = subset ? available.map((modality) => [modality]) : modalitySubsets(available);
    const stays = within.length > 0 ? within : choices[streamOf(index).fork('subset').int(choices.length)]!;
    for (const [modality, rate] of entriesOf(rates)) rate[index] = stays.includes(modality) ? 0 : 1;
  }
  return rates;
}

/** 1 for exactly `round(rate * s)` of the s modalities that samples have: a random one a sample is safe, of the others those with the lowest draws go. */
function removedByRate(
  lengths: Lengths,
  rate: number,
  stay: PerModality<Float64Array>,
  remove: PerModality<Float64Array>,
): DropRates {
  const removed = mapModalities(lengths, ({ length }) => new Float64Array(length));
  const removable: { modality: Modality; index: number }[] = [];
  let total = 0;
  for (let index = 0; index < numSamples(lengths); index++) {
    const available = byKey(lengths, index, stay);
    total += available.length;
    removable.push(...available.slice(1).map((modality) => ({ modality, index })));
  }
  const wanted = Math.round(rate * total);
  if (wanted > removable.length) {
    throw new RangeError(
      `Cannot take ${wanted} of ${total} modalities away as at least one a sample must stay: got rate ${rate}; at most ${removable.length / total} can go.`,
    );
  }
  const key = ({ modality, index }: { modality: Modality; index: number }) => valueFor(remove, modality)[index]!;
  removable.sort((a, b) => key(a) - key(b));
  for (const { modality, index } of removable.slice(0, wanted)) valueFor(removed, modality)[index] = 1;
  return removed;
}

/** `mixed` with a rate drawn for each sample: modalities but a random one go with the probability that makes r/2 of all. */
function mixedBySample(
  lengths: Lengths,
  streamOf: (index: number) => Rng,
  stay: PerModality<Float64Array>,
  remove: PerModality<Float64Array>,
): DropRates {
  const rates = mapModalities(lengths, ({ length }) => new Float64Array(length));
  for (let index = 0; index < numSamples(lengths); index++) {
    const rate = streamOf(index).fork('rate').uniform();
    const available = byKey(lengths, index, stay);
    const goes = ((rate / 2) * available.length) / Math.max(available.length - 1, 1);
    available.forEach((modality, place) => {
      const gone = place > 0 && valueFor(remove, modality)[index]! < goes;
      valueFor(rates, modality)[index] = gone ? 1 : stepRate(rate);
    });
  }
  return rates;
}
