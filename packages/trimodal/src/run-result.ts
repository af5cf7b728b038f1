import type { PerModality } from '@trimodal/core';
import type { Task } from '@trimodal/data';
import type { Diagnostics } from './diagnostics/diagnose';
import type { ChosenBackend } from './engine';
import type { RunConfig } from './run-config';
import type { Scores } from './scores';

/** What a run found, and all that is needed to judge it or to do it again. */
export type RunResult = {
  readonly format: 'trimodal-result-1';
  readonly architecture: string;
  readonly data: {
    readonly source: string;
    readonly hash: string;
    /** Samples of each split. */
    readonly sizes: Readonly<Record<string, number>>;
    /** Features of a step, and steps of a padded sequence. */
    readonly dims: PerModality<number>;
    readonly times: PerModality<number>;
    readonly task: Task;
  };
  /** Of the selected epoch; the test split was scored once, after it was chosen. */
  readonly valid: Scores;
  readonly test: Scores;
  readonly selected: { readonly epoch: number; readonly step: number; readonly why: string };
  readonly seed: number;
  readonly backend: ChosenBackend;
  readonly versions: Readonly<Record<string, string>>;
  readonly numParameters: number;
  readonly epochs: number;
  readonly stopped: string;
  /** A running mean at the last step. */
  readonly msPerStep: number;
  /** Of the process that finished the run; what came before an interruption is not in it. */
  readonly seconds: number;
  readonly diagnostics: Diagnostics;
  readonly config: RunConfig;
};
