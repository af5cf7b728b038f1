import * as tf from '@tensorflow/tfjs';
import { entriesOf, INFERENCE, MODALITIES, maskedMean, type PerModality, valueFor } from '@trimodal/core';
import { type Batch, toTensors } from '@trimodal/data';
import type { LabelledMatrix, Observation } from '@trimodal/experiments';
import type { TrimodalModel, TrimodalOutput } from '@trimodal/models';

/** What components tell of their decisions, where they do; read by shape, so that a component need not be known here. */
type Telling = {
  readonly fusion: { readonly weights?: tf.Tensor2D; readonly gates?: tf.Tensor3D; readonly shared?: tf.Tensor2D };
  readonly sharedBranch: { readonly gates?: PerModality<tf.Tensor3D> };
  readonly privateBranch: { readonly borrow?: tf.Tensor3D };
  readonly parts: {
    readonly mask: PerModality<tf.Tensor2D>;
    readonly routing?: Readonly<Record<string, PerModality<{ readonly gates: tf.Tensor3D }>>>;
  };
};

const ORDER: readonly string[] = MODALITIES;

/**
 * Runs a model over batches and averages what it looked at: weights and gates of the fusion, gates of TSF, the borrow matrix of AGPR,
 * loads of experts. What a model lacks is not there.
 *
 * Of what belongs to a modality, samples that lack it don't count; nor do padding and steps that are missing.
 * @param rate The share of steps that is missing in the batches; it is noted, not applied.
 */
export function observe(model: TrimodalModel, batches: Iterable<Batch>, rate: number): Observation {
  const means = new Means();
  const { parts: names } = model.fusion as { readonly parts?: readonly string[] };
  for (const batch of batches) {
    tf.tidy(() => {
      const output = model.forward(toTensors(batch).views[0]!, INFERENCE);
      addOutput(means, output as TrimodalOutput & Telling, names, batch);
    });
  }
  return { rate, weights: means.weights(), matrices: means.matrices() };
}

function addOutput(
  means: Means,
  { fusion, sharedBranch, privateBranch, parts }: Telling,
  names: readonly string[] | undefined,
  { count, views }: Batch,
): void {
  const { present } = views[0]!;
  const isThere = (row: number, modality: string) => present[row * MODALITIES.length + ORDER.indexOf(modality)] === 1;
  const add = (values: tf.Tensor2D, take: (row: number, column: number, value: number) => void) => {
    const [, width] = values.shape;
    const data = values.dataSync();
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < width; column++) take(row, column, data[row * width + column]!);
    }
  };
  const nameOf = (column: number) => names?.[column]?.replace('.', ' ') ?? `part ${column + 1}`;
  if (fusion.weights && fusion.shared) {
    add(fusion.weights, (_, column, value) => means.add('fusion.branches', '', ['shared', 'private'][column]!, value));
  } else if (fusion.weights) {
    add(fusion.weights, (_, column, value) => means.add('fusion.weights', '', nameOf(column), value));
  }
  if (fusion.gates)
    add(fusion.gates.mean(2), (_, column, value) => means.add('fusion.gates', '', nameOf(column), value));
  for (const [modality, gates] of entriesOf(sharedBranch.gates ?? {})) {
    add(maskedMean(gates, valueFor(parts.mask, modality)).mean<tf.Tensor2D>(1, true), (row, _, value) => {
      if (isThere(row, modality)) means.add('sharedBranch.gates', '', modality, value);
    });
  }
  for (const [slot, routing] of Object.entries(parts.routing ?? {})) {
    for (const [modality, { gates }] of entriesOf(routing)) {
      add(maskedMean(gates, valueFor(parts.mask, modality)), (row, column, value) => {
        if (isThere(row, modality)) means.add(`parts.routing.${slot}`, modality, String(column + 1), value);
      });
    }
  }
  if (privateBranch.borrow) {
    const size = MODALITIES.length;
    add(privateBranch.borrow.reshape([-1, size * size]), (row, at, value) => {
      const [to, from] = [MODALITIES[Math.floor(at / size)]!, MODALITIES[at % size]!];
      if (to !== from && isThere(row, to) && isThere(row, from)) means.add('privateBranch.borrow', to, from, value);
    });
  }
}

type Sum = { total: number; count: number };

/** Means of named numbers: by path, row and column; a path with one row without a name is a list. */
class Means {
  private readonly sums = new Map<string, Map<string, Map<string, Sum>>>();

  add(path: string, row: string, column: string, value: number): void {
    const rows = getOrMake(this.sums, path, () => new Map<string, Map<string, Sum>>());
    const columns = getOrMake(rows, row, () => new Map<string, Sum>());
    const sum = getOrMake(columns, column, () => ({ total: 0, count: 0 }));
    sum.total += value;
    sum.count += 1;
  }

  weights(): Record<string, Record<string, number>> {
    const lists = [...this.sums].filter(([, rows]) => rows.has(''));
    return Object.fromEntries(
      lists.map(([path, rows]) => [
        path,
        Object.fromEntries([...rows.get('')!].map(([name, { total, count }]) => [name, total / count])),
      ]),
    );
  }

  matrices(): Record<string, LabelledMatrix> {
    const found = [...this.sums].filter(([, rows]) => !rows.has(''));
    return Object.fromEntries(
      found.map(([path, sums]) => {
        const rows = inOrder([...sums.keys()]);
        const columns = inOrder([...new Set([...sums.values()].flatMap((row) => [...row.keys()]))]);
        const values = rows.map((row) =>
          columns.map((column) => {
            const sum = sums.get(row)!.get(column);
            return sum ? sum.total / sum.count : null;
          }),
        );
        return [path, { rows, columns, values }];
      }),
    );
  }
}

/** Modalities in their order; other names as they came. */
function inOrder(names: readonly string[]): string[] {
  const place = (name: string) => ORDER.indexOf(name);
  return [...names].sort((a, b) => place(a) - place(b));
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
