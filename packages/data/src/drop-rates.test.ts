import { entriesOf, mapModalities, type PerModality, Rng, valueFor } from '@trimodal/core';
import { describe, expect, test } from 'vitest';
import { type DropRates, drawRates, dropSteps, type Lengths } from './drop-rates';

const NUM = 1001;
const full: Lengths = mapModalities({ text: 5, audio: 3, vision: 4 }, (length) => new Int32Array(NUM).fill(length));
/** Audio is there for every other sample, vision for every third. */
const partial: Lengths = mapModalities(full, (values, modality) =>
  values.map((length, i) => (i % { text: 1, audio: 2, vision: 3 }[modality] === 0 ? length : 0)),
);
const streamOf = (index: number) => new Rng(3).fork(`${index}`);
const numGone = (rates: DropRates, lengths: Lengths) =>
  entriesOf(rates).reduce(
    (sum, [m, rate]) => sum + rate.filter((r, i) => r === 1 && valueFor(lengths, m)[i]! > 0).length,
    0,
  );
const numLeft = (rates: DropRates, lengths: Lengths, index: number) =>
  entriesOf(rates).filter(([m, rate]) => rate[index] !== 1 && valueFor(lengths, m)[index]! > 0).length;

describe('rates', () => {
  test('frame-train: none for exactly half of the samples, chosen for each modality apart, U(0, 1) for the others', () => {
    const rates = drawRates({ protocol: 'frame-train' }, full, streamOf);
    const halves: PerModality<Float64Array> = mapModalities(rates, (rate) => rate.map((r) => (r === 0 ? 1 : 0)));
    for (const [modality, rate] of entriesOf(rates)) {
      expect(valueFor(halves, modality).reduce((a, b) => a + b)).toBe(500);
      const drawn = rate.filter((r) => r > 0);
      expect(drawn.reduce((a, b) => a + b) / drawn.length).toBeCloseTo(0.5, 1);
      expect(Math.max(...drawn)).toBeGreaterThan(0.98);
      expect(Math.min(...drawn)).toBeLessThan(0.02);
    }
    const both = halves.text!.filter((half, i) => half && halves.audio![i]).length;
    expect(both).toBeGreaterThan(210);
    expect(both).toBeLessThan(290);
  });

  test('frame-train: half of those that have the modality', () => {
    const rates = drawRates({ protocol: 'frame-train' }, partial, streamOf);
    const having = [...partial.vision!.keys()].filter((i) => partial.vision![i]! > 0);
    expect(having.filter((i) => rates.vision![i] === 0)).toHaveLength(Math.floor(having.length / 2));
  });

  test.each([0, 0.1, 0.37, 0.66])('modality-rate %d is exact, and every sample keeps one', (rate) => {
    const rates = drawRates({ protocol: 'modality-rate', rate }, full, streamOf);
    expect(numGone(rates, full)).toBe(Math.round(rate * 3 * NUM));
    for (let i = 0; i < NUM; i++) expect(numLeft(rates, full, i)).toBeGreaterThan(0);
  });

  test('modality-rate counts what samples have only', () => {
    const total = entriesOf(partial).reduce((sum, [, values]) => sum + values.filter((length) => length > 0).length, 0);
    const rates = drawRates({ protocol: 'modality-rate', rate: 0.3 }, partial, streamOf);
    expect(numGone(rates, partial)).toBe(Math.round(0.3 * total));
    for (let i = 0; i < NUM; i++) expect(numLeft(rates, partial, i)).toBeGreaterThan(0);
    expect(() => drawRates({ protocol: 'modality-rate', rate: 0.9 }, partial, streamOf)).toThrow(
      /at least one a sample must stay: got rate 0.9; at most 0.4/,
    );
  });

  test('modality-rate takes each modality as often', () => {
    const rates = drawRates({ protocol: 'modality-rate', rate: 0.5 }, full, streamOf);
    for (const [, rate] of entriesOf(rates)) {
      expect(rate.reduce((a, b) => a + b) / NUM).toBeGreaterThan(0.45);
      expect(rate.reduce((a, b) => a + b) / NUM).toBeLessThan(0.55);
    }
  });

  test('a higher modality-rate takes what a lower one takes, and more', () => {
    const low = drawRates({ protocol: 'modality-rate', rate: 0.2 }, full, streamOf);
    const high = drawRates({ protocol: 'modality-rate', rate: 0.4 }, full, streamOf);
    for (const [modality, rate] of entriesOf(low)) {
      for (const [i, gone] of rate.entries()) expect(high[modality]![i]).toBeGreaterThanOrEqual(gone);
    }
  });

  test('modality-subsets: the subset, or one of its own if a sample has none of it', () => {
    const rates = drawRates({ protocol: 'modality-subsets', subset: ['vision'] }, partial, streamOf);
    expect([rates.text![0], rates.audio![0], rates.vision![0]]).toEqual([1, 1, 0]);
    let audioStays = 0;
    for (let i = 0; i < NUM; i++) {
      expect(numLeft(rates, partial, i)).toBe(1);
      if (i % 6 === 2 || i % 6 === 4) audioStays += rates.audio![i] === 0 ? 1 : 0;
    }
    expect(audioStays / (NUM / 3)).toBeGreaterThan(0.42);
    expect(audioStays / (NUM / 3)).toBeLessThan(0.58);
  });

  test('modality-subsets without a subset: each of the seven as often', () => {
    const rates = drawRates({ protocol: 'modality-subsets' }, full, streamOf);
    const counts = new Map<string, number>();
    for (let i = 0; i < NUM; i++) {
      const key = entriesOf(rates)
        .map(([, rate]) => rate[i])
        .join('');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(7);
    expect(counts.has('111')).toBe(false);
    for (const count of counts.values()) expect(Math.abs(count - NUM / 7)).toBeLessThan(4 * Math.sqrt(NUM / 7));
  });

  test('mixed: half of the missing steps are in whole modalities', () => {
    const rates = drawRates({ protocol: 'mixed', rate: 0.6 }, full, streamOf);
    expect(numGone(rates, full)).toBe(Math.round(0.3 * 3 * NUM));
    const others = entriesOf(rates).flatMap(([, rate]) => [...rate].filter((r) => r < 1));
    expect(new Set(others).size).toBe(1);
    expect(0.3 + 0.7 * others[0]!).toBeCloseTo(0.6, 12);
  });

  test('mixed without a rate: one for each sample, half of all missing on average, one modality a sample not taken away', () => {
    const rates = drawRates({ protocol: 'mixed' }, full, streamOf);
    const all = entriesOf(rates).flatMap(([, rate]) => [...rate]);
    expect(all.reduce((a, b) => a + b) / all.length).toBeCloseTo(0.5, 1);
    expect(all.filter((r) => r === 1).length / all.length).toBeCloseTo(0.25, 1);
    for (let i = 0; i < NUM; i++) expect(numLeft(rates, full, i)).toBeGreaterThan(0);
  });
});

describe('steps', () => {
  const masks = () => mapModalities({ text: 6, audio: 4, vision: 4 }, (time) => new Uint8Array(time).fill(1));
  const drop = (rates: PerModality<number>, seed = 1, given = masks()) => {
    const restored = dropSteps(given, (modality) => valueFor(rates, modality), new Rng(seed));
    return { restored, given };
  };
  const all = (rate: number) => ({ text: rate, audio: rate, vision: rate });

  test('rate 0 changes nothing', () => {
    expect(drop(all(0))).toEqual({ restored: false, given: masks() });
  });

  test('rate 1 leaves one step, as likely this as that', () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 2800; seed++) {
      const { restored, given } = drop(all(1), seed);
      const flat = [...given.text!, ...given.audio!, ...given.vision!];
      expect(restored).toBe(true);
      expect(flat.reduce((a, b) => a + b)).toBe(1);
      counts.set(flat.indexOf(1), (counts.get(flat.indexOf(1)) ?? 0) + 1);
    }
    expect(counts.size).toBe(14);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(70);
  });

  test('the step that stays is not one of a modality that was taken away', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { given } = drop({ text: 1, audio: 0.999, vision: 1 }, seed);
      expect([...given.text!, ...given.vision!]).not.toContain(1);
      expect(given.audio).toContain(1);
    }
  });

  test('padding is not counted and stays 0', () => {
    const given = { text: Uint8Array.from([0, 0, 1, 0]), audio: new Uint8Array(3) };
    const { restored } = drop({ text: 1, audio: 1 }, 1, given);
    expect(restored).toBe(true);
    expect([...given.text]).toEqual([0, 0, 1, 0]);
    expect([...given.audio]).toEqual([0, 0, 0]);
  });

  test('modalities of equal shape get masks of their own', () => {
    let equal = 0;
    let agreements = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const { audio, vision } = drop(all(0.5), seed).given;
      if (audio!.join() === vision!.join()) equal++;
      agreements += audio!.filter((kept, step) => kept === vision![step]).length;
    }
    expect(equal / 1000).toBeLessThan(0.12); // 1 in 16 by chance
    expect(agreements / 4000).toBeCloseTo(0.5, 1);
  });

  test('a higher rate drops what a lower one drops, and more', () => {
    for (let seed = 0; seed < 200; seed++) {
      const [low, high] = [drop(all(0.4), seed).given, drop(all(0.8), seed).given];
      for (const [modality, mask] of entriesOf(high)) {
        for (const [step, kept] of mask.entries()) expect(low[modality]![step]).toBeGreaterThanOrEqual(kept);
      }
    }
  });
});
