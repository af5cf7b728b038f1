import { readFileSync } from 'node:fs';
import { countParameters, Rng } from '@trimodal/core';
import { countBatches, SPLITS } from '@trimodal/data';
import {
  constant,
  fit,
  JsonlEventWriter,
  predictAll,
  reduceOnPlateau,
  type Schedule,
  type StampedEvent,
  warmupCosine,
} from '@trimodal/training';
import { assemble } from './assemble';
import { batchSource, evaluationBatches } from './batch-sources';
import { diagnose } from './diagnostics/diagnose';
import { type ChosenBackend, createEngine, versions } from './engine';
import type { OpenData } from './open-data';
import type { RunConfig } from './run-config';
import type { RunDirectory, StartedWith } from './run-directory';
import type { RunResult } from './run-result';
import { runSeconds } from './run-seconds';
import { scorerOf } from './scores';

export type TrainRunOptions = {
  readonly architecture: string;
  readonly config: RunConfig;
  readonly data: OpenData;
  readonly backend: ChosenBackend;
  readonly directory: RunDirectory;
  readonly resume: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: StampedEvent) => void;
};

/**
 * Trains a model, chooses its epoch on the validation split, scores the test split once and writes the result.
 *
 * @returns The result, or undefined if the run was aborted; it goes on from there when it is resumed.
 */
export async function trainRun(options: TrainRunOptions): Promise<RunResult | undefined> {
  const { config, data, backend, directory, resume } = options;
  const { dataset } = data;
  const { model, learner } = assemble(config, dataset);
  const engine = createEngine(backend, learner, config.training);
  const rng = new Rng(config.seed).fork('training');
  const stepsPerEpoch = Math.ceil(
    countBatches(dataset.splits.train.size, config.training) / config.training.accumulationSteps,
  );
  const metrics = scorerOf(dataset.task);
  const schedule = buildSchedule(config.training, stepsPerEpoch * config.training.maxEpochs);
  const log = new JsonlEventWriter(directory.events);
  let msPerStep: number | undefined;
  const { training } = config;
  const fitted = await fit({
    engine,
    batches: batchSource(dataset, config, rng),
    epochs: training.maxEpochs,
    schedule,
    rng,
    accumulationSteps: training.accumulationSteps,
    metrics,
    selection: training.selection,
    ...(training.patience === null ? {} : { earlyStopping: { patience: training.patience } }),
    config: { ...JSON.parse(JSON.stringify(config)), ...startedWith(data, backend) },
    ...(options.signal ? { signal: options.signal } : {}),
    onEvent: (event) => {
      log.write(event);
      if (event.type === 'step') msPerStep = event.msPerStep;
      options.onEvent?.(event);
    },
    stepsPerEpoch,
    checkpointDir: directory.checkpoints,
    resume,
  });
  log.close();
  if (fitted.reason === 'aborted') {
    engine.dispose();
    return undefined;
  }
  const { metric, mode } = training.selection;
  if (!fitted.best) {
    throw new RangeError(`Cannot choose an epoch as ${metric} must be a number on the validation split: it never was.`);
  }
  const scored = async (split: 'valid' | 'test') => {
    const { truth, predictions } = await predictAll(engine, evaluationBatches(dataset, split, config));
    return metrics(truth, predictions);
  };
  const valid = await scored('valid');
  const test = await scored('test');
  const result: RunResult = {
    format: 'trimodal-result-1',
    architecture: options.architecture,
    data: {
      source: dataset.source,
      hash: dataset.dataHash,
      sizes: Object.fromEntries(SPLITS.map((split) => [split, dataset.splits[split].size])),
      dims: dataset.dims,
      times: dataset.times,
      task: dataset.task,
    },
    valid,
    test,
    selected: {
      epoch: fitted.best.epoch,
      step: fitted.best.step,
      why: `${mode === 'min' ? 'lowest' : 'highest'} ${metric} on the validation split, of ${fitted.epochs} epochs; the test split was scored once, afterwards`,
    },
    seed: config.seed,
    backend,
    versions: versions(backend),
    numParameters: countParameters(model),
    epochs: fitted.epochs,
    stopped: fitted.reason,
    msPerStep: msPerStep ?? lastPace(directory.events),
    seconds: runSeconds(readFileSync(directory.events, 'utf8'), Date.now()),
    diagnostics: diagnose(model, config, data),
    config,
  };
  directory.writeResult(result);
  engine.dispose();
  return result;
}

/** The milliseconds a step of the log's last step, for a run of which no step was left to do. */
function lastPace(log: string): number {
  const events = readFileSync(log, 'utf8').trimEnd().split('\n');
  const last = events.findLast((line) => line.includes('"type":"step"'));
  return (JSON.parse(last ?? '{}') as { msPerStep?: number }).msPerStep ?? 0;
}

/** What a run's numbers depend on besides its config: a run can only be resumed with the same. */
export function startedWith({ dataset }: OpenData, { name, threads }: ChosenBackend): StartedWith {
  return { dataHash: dataset.dataHash, backend: name, threads };
}

function buildSchedule({ schedule, learningRate, selection }: RunConfig['training'], totalSteps: number): Schedule {
  switch (schedule.kind) {
    case 'constant':
      return constant(learningRate);
    case 'warmup-cosine':
      return warmupCosine({ learningRate, totalSteps, warmupSteps: Math.floor(schedule.warmupRate * totalSteps) });
    case 'reduce-on-plateau':
      return reduceOnPlateau({
        learningRate,
        mode: selection.mode,
        factor: schedule.factor,
        patience: schedule.patience,
      });
    default:
      return schedule satisfies never;
  }
}
