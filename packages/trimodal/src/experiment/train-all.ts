import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type GridOutcome, runGrid } from '@trimodal/experiments';
import type { BackendChoice } from '../engine';
import type { RunResult } from '../run-result';
import { progressLine } from '../terminal/progress';
import { duration, score } from '../terminal/table';
import { CLI, WORKER, type WorkerMessage } from '../worker';
import type { Training } from './plan';

export type TrainAllOptions = {
  readonly data: string;
  /** Processes at once. */
  readonly jobs: number;
  readonly backend?: BackendChoice | undefined;
  readonly signal: AbortSignal;
};

/**
 * Trains what isn't finished yet, each run in a process of its own (`trimodal train --resume`, one thread each), so many at once.
 *
 * A line is printed as a run starts, ends, or fails; its own output goes to its log.
 */
export async function trainAll(
  trainings: readonly Training[],
  { data, jobs, backend = 'auto', signal }: TrainAllOptions,
): Promise<GridOutcome<Training, RunResult>[]> {
  const open = trainings.filter(({ directory }) => !directory.isFinished);
  const line = progressLine();
  if (open.length < trainings.length) {
    line.line(`${trainings.length - open.length} of ${trainings.length} runs are finished already`);
  }
  const began = Date.now();
  const running = new Map<Training, string>();
  let ended = 0;
  const show = () => line.update([...running].map(([{ label }, state]) => `${label}: ${state}`).join(' | '));
  try {
    const outcomes = await runGrid({
      jobs: open,
      concurrency: jobs,
      signal,
      run: (training) =>
        trainOne(training, { data, backend, signal }, (message) => {
          running.set(training, told(message, training));
          show();
        }),
      onStart: (training) => {
        line.line(`start  ${training.label}`);
        running.set(training, 'starting');
      },
      onEnd: (outcome) => {
        running.delete(outcome.job);
        if (outcome.status === 'stopped') return;
        ended++;
        const left = open.length - ended;
        const eta = left === 0 ? '' : `, about ${duration((((Date.now() - began) / 1000) * left) / ended)} left`;
        line.line(`${endOf(outcome)} (${ended} of ${open.length}${eta})`);
      },
    });
    const byTraining = new Map(outcomes.map((outcome) => [outcome.job, outcome]));
    return trainings.map(
      (job) => byTraining.get(job) ?? { status: 'done' as const, job, value: job.directory.result() },
    );
  } finally {
    line.end();
  }
}

function told({ epoch, step, metrics }: WorkerMessage, { config: { training } }: Training): string {
  const valid = metrics?.[training.selection.metric];
  const found = valid === undefined ? '' : `, valid ${training.selection.metric} ${score(valid)}`;
  return `epoch ${epoch}/${training.maxEpochs}, step ${step}${found}`;
}

function endOf(outcome: GridOutcome<Training, RunResult>): string {
  if (outcome.status === 'failed') return `FAILED ${outcome.job.label}: ${outcome.error.message}`;
  if (outcome.status === 'stopped') return `stopped ${outcome.job.label}`;
  const { valid, seconds, selected, config } = outcome.value;
  const { metric } = config.training.selection;
  return `done   ${outcome.job.label}: epoch ${selected.epoch}, valid ${metric} ${score(valid[metric]!)}, ${duration(seconds)}`;
}

async function trainOne(
  { arm, seed, directory, log, configFile, assignments }: Training,
  { data, backend, signal }: { data: string; backend: BackendChoice; signal: AbortSignal },
  onMessage: (message: WorkerMessage) => void,
): Promise<RunResult | undefined> {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const threads = backend === 'auto' || backend === 'compiled' ? ['--threads', '1'] : [];
  const args = ['train', arm.architecture, '--data', data, '--out', directory.path, '--config', configFile];
  const sets = assignments.flatMap((assignment) => ['--set', assignment]);
  const more = [...sets, '--seed', String(seed), '--backend', backend, ...threads, '--resume'];
  writeSync(output, `$ trimodal ${[...args, ...more].join(' ')}\n`);
  const child = spawn(process.execPath, [CLI, ...args, ...more], {
    // a group of its own: Ctrl-C in the terminal reaches this process alone, which tells the others once
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, [WORKER]: '1', NO_COLOR: '1' },
  });
  child.on('message', (message) => onMessage(message as WorkerMessage));
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  children.add(child);
  try {
    const { status, killer } = await endOfProcess(child);
    if (status === 0 && directory.isFinished) return directory.result();
    if (signal.aborted) return undefined;
    throw new Error(`${lastError(log) ?? `it ended with ${killer ?? status}`} (see ${log})`);
  } finally {
    children.delete(child);
    signal.removeEventListener('abort', stop);
    closeSync(output);
  }
}

const children = new Set<ChildProcess>();

/** Ends what is running at once; the runs go on from their last checkpoints. */
export function killTrainings(): void {
  for (const child of children) child.kill('SIGKILL');
}

function endOfProcess(child: ChildProcess): Promise<{ status: number | null; killer: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, killer) => resolve({ status, killer }));
  });
}

/** The last line of a log in which a run says what is wrong. */
function lastError(log: string): string | undefined {
  const found = readFileSync(log, 'utf8')
    .split('\n')
    .findLast((line) => line.startsWith('error '));
  return found?.slice('error '.length);
}
