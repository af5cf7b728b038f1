import { Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { textsOf, titlesOf } from '../plots/__fixtures__/parse-svg';
import { observationBlocks } from './observation-section';
import type { PageBlock } from './page';
import { factorsBlocks, measuresBlocks, partsBlocks } from './parts-section';
import type { Observation, PooledPart, ReportGroup, ReportRun } from './report-run';
import { resultsSection } from './results-section';
import { trainingSection } from './training-section';

const observation = (rate: number, shared: number): Observation => ({
  rate,
  weights: { 'fusion.branches': { shared, private: 1 - shared }, 'other.thing': { a: 2 } },
  matrices: {
    'privateBranch.borrow': {
      rows: ['text', 'audio'],
      columns: ['text', 'audio'],
      values: [
        [null, shared],
        [rate, null],
      ],
    },
  },
});

const history = [1, 2].map((epoch) => ({
  epoch,
  loss: 1 / epoch,
  terms: { task: 0.5 / epoch, cycle: 0.25 / epoch },
  metrics: { mae: 0.8 / epoch },
}));

const run = (seed: number, more: Partial<ReportRun> = {}): ReportRun => ({
  path: `runs/dbr/seed-${seed}`,
  architecture: 'dbr',
  seed,
  dataHash: 'd',
  config: {},
  valid: { mae: 0.7, corr: 0.6 },
  test: { mae: 0.8 + seed / 10, corr: 0.5 },
  selected: { epoch: 2, why: 'lowest mae' },
  metric: 'mae',
  history,
  observations: [observation(0, 0.25 * seed), observation(0.5, 0.1)],
  parts: [],
  measures: [{ name: 'bias', value: seed / 4, meaning: 'text alone' }],
  ...more,
});
const group = (...runs: ReportRun[]): ReportGroup => ({ name: 'dbr', runs });

const drawings = (blocks: readonly PageBlock[]) =>
  blocks.flatMap((block) => (block.kind === 'figure' ? [block.svg] : []));

test('observations: a curve for each part over the rates, as a mean over seeds', () => {
  const [branches, other] = drawings(observationBlocks(group(run(1), run(2))));
  expect(titlesOf(branches!)).toEqual(
    expect.arrayContaining(['shared, 0: 0.375 ± 0.177', 'shared, 0.5: 0.1 ± 0', 'private, 0: 0.625 ± 0.177']),
  );
  expect(textsOf(branches!)[0]).toBe('Shared or private: what BRF weighs');
  expect(titlesOf(other!)).toContain('a, 0: 2 ± 0'); // a tensor that nothing is known of is shown by its path
  expect(textsOf(other!)[0]).toBe('other.thing');
});

test('observations: matrices whole and at the highest rate, as a mean over seeds, on the same colours', () => {
  const [, , whole, missing] = drawings(observationBlocks(group(run(1), run(2))));
  expect(titlesOf(whole!)).toEqual([
    'Borrowing (AGPR), nothing missing',
    'text, text: nothing',
    'text, audio: 0.375',
    'audio, text: 0',
    'audio, audio: nothing',
  ]);
  expect(titlesOf(missing!)).toEqual(expect.arrayContaining(['Borrowing (AGPR), 50 % missing', 'audio, text: 0.5']));
  expect(observationBlocks(group(run(1, { observations: [] })))).toEqual([]);
});

function part(slot: string, modality: PooledPart['modality'], n: number, center: number): PooledPart {
  const rng = new Rng(3).fork(slot + modality);
  return {
    slot,
    modality,
    dim: 4,
    data: Float32Array.from({ length: n * 4 }, (_, i) => (i % 4 ? 0 : center) + rng.normal()),
  };
}

test('parts: a point for each sample of each part, by kind and by modality; of too many, as many of each', () => {
  const parts = [part('shared', 'text', 20, 0), part('shared', 'audio', 30, 0), part('noise', 'text', 2000, 9)];
  const [byKind, byModality] = drawings(partsBlocks(group(run(1, { parts }))));
  const marks = (svg: string) => [...svg.matchAll(/aria-label="(\w+: \d+ points)"/g)].map(([, label]) => label);
  expect(marks(byKind!)).toEqual(['text: 20 points', 'audio: 30 points', 'text: 250 points']);
  expect(marks(byModality!)).toEqual(['shared: 20 points', 'noise: 250 points', 'shared: 30 points']);
  expect(textsOf(byKind!).join()).toMatch(/first principal component, \d+ % of the variance/);
  expect(drawings(partsBlocks(group(run(1, { parts: parts.slice(0, 2) }))))).toHaveLength(1); // one kind alone
  expect(partsBlocks(group(run(1)))).toEqual([]);
});

test('factors: R2 of each from each part, as a mean over seeds', () => {
  const factors = (value: number) => ({
    rows: ['shared text'],
    columns: ['shared', 'private text'],
    values: [[value, -0.1]],
  });
  const [svg] = drawings(factorsBlocks(group(run(1, { factors: factors(0.5) }), run(2, { factors: factors(0.7) }))));
  expect(titlesOf(svg!)).toEqual(
    expect.arrayContaining(['shared text, shared: 0.6', 'shared text, private text: −0.1']),
  );
  expect(factorsBlocks(group(run(1)))).toEqual([]);
});

test('measures: mean and spread over seeds, with what they say', () => {
  const [block] = measuresBlocks(group(run(1), run(3)), 'Balance');
  expect(block).toMatchObject({
    kind: 'table',
    table: { title: 'Balance', rows: [['bias', { mean: 0.5 }, 'text alone']] },
  });
  expect(measuresBlocks(group(run(1, { measures: [] })), 'x')).toEqual([]);
});

test('results: every score of both splits, each seed where there are several', () => {
  const tables = (groups: ReportGroup[]) =>
    resultsSection(groups, ['a note']).blocks!.flatMap((block) => (block.kind === 'table' ? [block.table] : []));
  const [test_, valid, seeds] = tables([group(run(1), run(3))]);
  expect(test_!.rows[0]![1]).toMatchObject({ mean: 1 });
  expect(test_!.notes).toEqual(['a note']);
  expect(valid!.rows[0]![2]).toMatchObject({ mean: 0.6, std: 0 });
  expect(seeds!.rows).toEqual([
    ['dbr', '1', 2, 0.9, 0.5],
    ['dbr', '3', 2, 1.1, 0.5],
  ]);
  expect(tables([group(run(1))])).toHaveLength(2);
});

test('training: loss, the score that chose the epoch with a ring at it, and terms', () => {
  const [loss, score, terms] = drawings(trainingSection([group(run(1), run(2))]).blocks!);
  expect(titlesOf(loss!)).toEqual(expect.arrayContaining(['dbr 1, 2: 0.5', 'dbr 2: epoch 2 was selected']));
  expect(titlesOf(score!)).toContain('dbr 2, 1: 0.8');
  expect(titlesOf(terms!)).toContain('cycle, 2: 0.125');
  expect(trainingSection([group(run(1, { history: [] }))]).blocks).toEqual([]);
});
