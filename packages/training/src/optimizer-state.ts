import type { StoredTensor } from '@trimodal/core';
import type { Optimizer } from './optimizers';
import type { ParameterLayout } from './parameter-layout';
import type { RestoreReport } from './step-engine';

/** An optimiser's memory by `<slot>/<path>`, and the steps that each parameter has taken by `step/<path>`. */
export function storeOptimizer(
  layout: ParameterLayout,
  slots: Readonly<Record<string, Float32Array>>,
  steps: ReadonlyMap<string, number>,
): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [slot, flat] of Object.entries(slots)) {
    for (const [name, tensor] of layout.toStored(flat, `${slot}/`)) stored.set(name, tensor);
  }
  for (const { path } of layout.entries) {
    stored.set(`step/${path}`, { shape: [], data: Int32Array.of(steps.get(path) ?? 0) });
  }
  return stored;
}

/** What `storeOptimizer` stored, as flat vectors and step counts; what isn't stored is 0. */
export function restoreOptimizer(
  layout: ParameterLayout,
  optimizer: Optimizer,
  stored: ReadonlyMap<string, StoredTensor>,
): { slots: Record<string, Float32Array>; steps: Map<string, number> } {
  const slots = Object.fromEntries(
    optimizer.slots.map((slot) => {
      const flat = new Float32Array(layout.size);
      layout.fromStored(stored, flat, `${slot}/`);
      return [slot, flat];
    }),
  );
  const steps = new Map(layout.entries.map(({ path }) => [path, stored.get(`step/${path}`)?.data[0] ?? 0]));
  return { slots, steps };
}

/** Which of the names that an engine restores a state lacks, and which it has besides. */
export function restoreReport(
  layout: ParameterLayout,
  optimizer: Optimizer,
  state: { readonly parameters: ReadonlyMap<string, unknown>; readonly optimizer: ReadonlyMap<string, unknown> },
): RestoreReport {
  const paths = layout.entries.map(({ path }) => path);
  const memory = [...optimizer.slots, 'step'].flatMap((slot) => paths.map((path) => `${slot}/${path}`));
  const known = new Set([...paths, ...memory]);
  return {
    missing: [
      ...paths.filter((path) => !state.parameters.has(path)),
      ...memory.filter((name) => !state.optimizer.has(name)),
    ],
    unexpected: [...state.parameters.keys(), ...state.optimizer.keys()].filter((name) => !known.has(name)),
  };
}

/**
 * The optimiser's coefficients for the step that the parameters of `moving` take next: numbers, or vectors `[size]` where
 * those parameters have taken different numbers of steps so far.
 */
export function coefficientsFor(
  optimizer: Optimizer,
  layout: ParameterLayout,
  steps: ReadonlyMap<string, number>,
  moving: Iterable<string>,
  learningRate: number,
): Record<string, number | Float32Array> {
  const counts = new Set(Array.from(moving, (path) => steps.get(path) ?? 0));
  if (counts.size <= 1) return optimizer.coefficients(learningRate, ([...counts][0] ?? 0) + 1);
  const byPath = new Map(
    layout.entries.map(({ path }) => [path, optimizer.coefficients(learningRate, (steps.get(path) ?? 0) + 1)]),
  );
  const names = Object.keys(optimizer.coefficients(learningRate, 1));
  return Object.fromEntries(names.map((name) => [name, layout.spread((path) => byPath.get(path)![name]!)]));
}
