import { expect, test } from 'vitest';
import type { Diagnostics } from './diagnostics/diagnose';
import { presetRun } from './recipes';
import type { RunResult } from './run-result';
import { summary } from './summary';

function resultWith(diagnostics: Diagnostics): RunResult {
  return {
    format: 'trimodal-result-1',
    architecture: 'dbr',
    data: {
      source: 'x',
      hash: 'h',
      sizes: { valid: 20, test: 40 },
      dims: {},
      times: {},
      task: { kind: 'regression', range: [-3, 3] },
    },
    valid: { mae: 0.51249, corr: 0.7 },
    test: { mae: 0.61251, corr: 0.6 },
    selected: { epoch: 2, step: 10, why: 'lowest mae' },
    seed: 1,
    backend: { name: 'cpu', reason: '', threads: 0 },
    versions: {},
    numParameters: 12345,
    epochs: 4,
    stopped: 'completed',
    msPerStep: 12.34,
    seconds: 75,
    diagnostics,
    config: presetRun('dbr'),
  };
}

test('scores of both splits, the epoch and why, size and time', () => {
  const text = summary(resultWith({}));
  expect(text).toMatch(/│ valid \(20\) │ 0\.512 │ 0\.700 │\n│ test \(40\) +│ 0\.613 │ 0\.600 │/);
  expect(text).toContain('Epoch 2 of 4: lowest mae.');
  expect(text).toContain('12,345 parameters, 12.3 ms a step, 1 min 15 s in all.');
  expect(text).not.toMatch(/branch|factors/);
});

test('each measure of the branches, with what it says', () => {
  const leakage = { modalityFromShared: 0.81, chance: 1 / 3, privateSharedCka: 0.72 };
  const whole = summary(
    resultWith({ branchBalance: { redundancy: 0.05, leakage, bias: 0.07, complementarity: 0.004 } }),
  );
  expect(whole).toMatch(/redundancy +0\.050 {2}how alike/);
  expect(whole).toMatch(/leakage: modality +0\.810 .*chance is 0\.333/);
  expect(whole).toMatch(/leakage: branches +0\.720/);
  expect(whole).toMatch(/bias +0\.070 .*\n +complementarity +0\.004/);
  expect(summary(resultWith({ branchBalance: { redundancy: 0, leakage } }))).not.toMatch(/bias|complementarity/);
});

test('what each part tells of the true factors', () => {
  const part = { shared: 0.62, private: 0.1 };
  const text = summary(
    resultWith({ factorRecovery: { shared: { text: part }, private: { text: { shared: 0.2, private: 0.7 } } } }),
  );
  expect(text).toMatch(/│ shared text +│ +0\.620 │ +0\.100 │\n│ private text │ +0\.200 │ +0\.700 │/);
});
