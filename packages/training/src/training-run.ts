import { checkPositiveInteger, type Rng } from '@trimodal/core';
import type { Batch } from '@trimodal/data';
import { mae } from '@trimodal/metrics';
import { type Checkpoint, CheckpointError, CheckpointStore, checkpointName, type Progress } from './checkpoint-store';
import { DivergedError } from './diverged-error';
import { type Metrics, predictAll } from './evaluate';
import type { Best, EpochRecord, StampedEvent, TrainingEvent } from './events';
import type { FitOptions, FitResult } from './fit';
import { configHash } from './plain-data';
import { afterEpoch, improves, type Selection, selectedValue } from './selection';
import type { EngineState, StepResult } from './step-engine';
import { Stopwatch } from './stopwatch';
import { addStep, addSums, meansOf, NO_SUMS, type Sums } from './sums';

type Batches = Iterator<Batch> | AsyncIterator<Batch>;

/** One run of `fit`: its progress is replaced after each step, and is all that a checkpoint needs besides the engine's state. */
export class TrainingRun {
  private readonly metrics: Metrics;
  private readonly selection: Selection;
  private readonly accumulationSteps: number;
  private readonly store: CheckpointStore | undefined;
  private readonly configHash: string;
  private readonly stopwatch = new Stopwatch();
  private progress: Progress;
  private bestParameters: EngineState['parameters'] | undefined;
  private stepsPerEpoch: number | undefined;
  private events: number;

  constructor(private readonly options: FitOptions) {
    const { rng, schedule, config = null, accumulationSteps = 1, checkpointDir, checkpointEverySteps = 1 } = options;
    checkPositiveInteger('fit', 'epochs', options.epochs);
    checkPositiveInteger('fit', 'accumulationSteps', accumulationSteps);
    checkPositiveInteger('fit', 'checkpointEverySteps', checkpointEverySteps);
    this.accumulationSteps = accumulationSteps;
    this.metrics = options.metrics ?? ((truth, predictions) => ({ mae: mae(truth, predictions) }));
    this.selection = options.selection ?? { metric: 'mae', mode: 'min' };
    this.store = checkpointDir === undefined ? undefined : new CheckpointStore(checkpointDir);
    this.stepsPerEpoch = options.stepsPerEpoch;
    this.configHash = configHash({ config, key: rng.state().key, accumulationSteps });
    this.progress = {
      epoch: 0,
      step: 0,
      batches: 0,
      ...NO_SUMS,
      rng: rng.state(),
      schedule: schedule.init(),
      patience: { badEpochs: 0 },
      history: [],
      events: 0,
      configHash: this.configHash,
    };
    this.events = 0;
  }

  /** Goes back to the latest good checkpoint, if asked to and there is one. */
  async start(): Promise<void> {
    const { resume = false, epochs, config = null } = this.options;
    const names = this.store?.names() ?? [];
    if (names.length > 0 && !resume) {
      throw new RangeError(
        `Cannot start a run in ${this.store?.folder} as it must hold no checkpoint: got ${names[0]}; pass resume: true or take another folder.`,
      );
    }
    const { checkpoint, refused } = this.latestGood(names);
    if (checkpoint) await this.restore(checkpoint);
    const { epoch, step } = this.progress;
    this.emit({
      type: 'run-start',
      epochs,
      config,
      configHash: this.configHash,
      ...(checkpoint && { resumedFrom: { checkpoint: checkpoint.name, epoch, step } }),
      refused,
    });
  }

  /** Trains to the end, or until it's told to stop. */
  async train(): Promise<FitResult['reason']> {
    const { epochs, earlyStopping } = this.options;
    while (this.progress.epoch < epochs) {
      if (earlyStopping && this.progress.patience.badEpochs >= earlyStopping.patience) return 'early-stopped';
      if (!(await this.trainEpoch())) return 'aborted';
      await this.endEpoch();
    }
    return 'completed';
  }

  async finish(reason: FitResult['reason']): Promise<FitResult> {
    const { engine } = this.options;
    if (reason !== 'aborted' && this.bestParameters) {
      await engine.writeState({ parameters: this.bestParameters, optimizer: new Map() });
    } else {
      await engine.readState(); // brings the learner's variables up to date
    }
    this.emit({ type: 'run-end', reason, ...this.position() });
    const { history } = this.progress;
    const { epoch: epochs, step: steps, ...rest } = this.position();
    return { reason, epochs, steps, history, ...rest };
  }

  emit(event: TrainingEvent): void {
    const stamped: StampedEvent = { ...event, sequence: this.events, time: new Date().toISOString() };
    this.events += 1;
    this.options.onEvent?.(stamped);
  }

  position(): { epoch: number; step: number; best?: Best } {
    const { epoch, step, best } = this.progress;
    return { epoch, step, ...(best && { best }) };
  }

  /** A checkpoint is good if it and the best epoch that it names can be read; only then are the later ones set aside. */
  private latestGood(names: readonly string[]): { checkpoint?: Checkpoint; refused: string[] } {
    const refused: string[] = [];
    for (const [i, name] of names.entries()) {
      try {
        const checkpoint = this.store!.load(name);
        const { best } = checkpoint.progress;
        if (best) this.bestParameters = this.store!.load(checkpointName(best.epoch)).state.parameters;
        for (const other of names.slice(0, i)) this.store!.refuse(other);
        return { checkpoint, refused };
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        refused.push(error.message);
      }
    }
    if (refused.length > 0) throw new CheckpointError(`Cannot resume as no checkpoint is good:\n${refused.join('\n')}`);
    return { refused };
  }

  private async restore({ name, progress, state }: Checkpoint): Promise<void> {
    if (progress.configHash !== this.configHash) {
      throw new CheckpointError(
        `Cannot resume from ${name} as the run must have the config, seed and accumulation that it was started with: got hash ${this.configHash}, not ${progress.configHash}.`,
      );
    }
    const { missing, unexpected } = await this.options.engine.writeState(state);
    if (missing.length + unexpected.length > 0) {
      throw new CheckpointError(
        `Cannot resume from ${name} as its parameters must be those of the learner: it lacks [${missing.join(', ')}] and has [${unexpected.join(', ')}] besides.`,
      );
    }
    this.progress = progress;
    this.events = progress.events;
  }

  /** @returns False if the run was aborted. */
  private async trainEpoch(): Promise<boolean> {
    const epoch = this.progress.epoch + 1;
    const stepsBefore = this.progress.step;
    const skipped = this.progress.batches;
    const batches = iterate(this.options.batches('train', epoch));
    let next = await this.skip(batches, skipped);
    this.stopwatch.restart();
    while (!next.done) {
      if (this.options.signal?.aborted) {
        await batches.return?.();
        if (this.progress.batches > 0) await this.save(checkpointName(epoch, this.progress.step));
        return false;
      }
      next = await this.step(next.value, batches);
      const every = this.options.checkpointEverySteps;
      if (every && this.progress.step % every === 0 && !next.done) {
        await this.save(checkpointName(epoch, this.progress.step));
        this.stopwatch.restart();
      }
    }
    if (this.progress.samples === 0) {
      throw new RangeError(`Cannot train epoch ${epoch} as the training split must have a batch: got none.`);
    }
    if (skipped === 0) this.stepsPerEpoch = this.progress.step - stepsBefore;
    return true;
  }

  private async skip(batches: Batches, count: number): Promise<IteratorResult<Batch>> {
    for (let i = 0; i < count; i++) {
      if ((await batches.next()).done) {
        throw new RangeError(`Cannot resume as the epoch must have its first ${count} batches again: got ${i}.`);
      }
    }
    return batches.next();
  }

  /** One step of the optimiser; the batch after it is made while the engine runs. */
  private async step(first: Batch, batches: Batches): Promise<IteratorResult<Batch>> {
    const { engine, schedule } = this.options;
    const step = this.progress.step + 1;
    const learningRate = schedule.learningRate(this.progress.schedule, step);
    let sums = NO_SUMS;
    let batch = first;
    for (let taken = 1; ; taken++) {
      const ahead = taken < this.accumulationSteps ? await batches.next() : undefined;
      const apply = !ahead || ahead.done === true;
      const running = engine.step(batch, { learningRate, rng: this.rngFor(step, taken), apply });
      const nextRng = apply ? this.rngFor(step + 1, 1) : this.rngFor(step, taken + 1);
      const [result, following] = await Promise.all([running, this.prepare(ahead ?? batches.next(), nextRng)]);
      this.checkFinite(result, step);
      sums = addStep(sums, result, batch.count);
      if (apply) {
        this.endStep(step, learningRate, taken, sums);
        return following;
      }
      batch = (following as IteratorYieldResult<Batch>).value;
    }
  }

  private rngFor(step: number, batch: number): Rng {
    const rng = this.options.rng.fork(`step-${step}`);
    return batch === 1 ? rng : rng.fork(`batch-${batch}`);
  }

  private async prepare(
    next: IteratorResult<Batch> | Promise<IteratorResult<Batch>>,
    rng: Rng,
  ): Promise<IteratorResult<Batch>> {
    const result = await next;
    if (!result.done) this.options.engine.prepare?.(result.value, rng);
    return result;
  }

  private endStep(step: number, learningRate: number, taken: number, sums: Sums): void {
    const { progress, stopwatch, stepsPerEpoch } = this;
    stopwatch.step();
    this.progress = {
      ...progress,
      step,
      batches: progress.batches + taken,
      ...addSums(progress, sums),
    };
    const { epochs } = this.options;
    this.emit({
      type: 'step',
      epoch: progress.epoch + 1,
      step,
      learningRate,
      ...meansOf(sums),
      msPerStep: stopwatch.msPerStep,
      ...(stepsPerEpoch && { msLeft: stopwatch.msLeft(epochs * stepsPerEpoch - step, epochs - progress.epoch) }),
    });
  }

  private checkFinite({ loss, terms }: StepResult, step: number): void {
    if (Number.isFinite(loss)) return;
    const values = Object.entries(terms).map(([name, value]) => `${name}=${value}`);
    throw new DivergedError(
      `Cannot go on after step ${step} of epoch ${this.progress.epoch + 1} as the loss must be finite: got ${loss} (${values.join(', ')}); try a lower learning rate or clipping.`,
    );
  }

  /** Scores the validation split, and tells schedule, patience and selection. */
  private async endEpoch(): Promise<void> {
    const { engine, batches, schedule, earlyStopping = { patience: Infinity } } = this.options;
    const { progress, selection } = this;
    const epoch = progress.epoch + 1;
    this.stopwatch.restart();
    const { truth, predictions } = await predictAll(engine, batches('valid', epoch));
    const metrics = this.metrics(truth, predictions);
    const ms = this.stopwatch.validation();
    const value = selectedValue(metrics, selection);
    const isBest = improves(value, progress.best?.metrics[selection.metric], selection.mode);
    const learningRate = schedule.learningRate(progress.schedule, progress.step);
    const record: EpochRecord = { epoch, step: progress.step, learningRate, ...meansOf(progress), metrics };
    const best = isBest ? { epoch, step: progress.step, metrics } : progress.best;
    this.progress = {
      ...progress,
      epoch,
      batches: 0,
      ...NO_SUMS,
      schedule: schedule.afterEpoch(progress.schedule, value),
      patience: afterEpoch(progress.patience, value, selection.mode, earlyStopping),
      history: [...progress.history, record],
      ...(best && { best }),
    };
    this.emit({ type: 'epoch', ...record, isBest, ms });
    if (!isBest && !this.store) return;
    const state = await this.readState();
    if (isBest) this.bestParameters = state.parameters;
    await this.save(checkpointName(epoch), state);
  }

  /** The engine's state; one that can't be gone on from mustn't take the place of an older one. */
  private async readState(): Promise<EngineState> {
    const state = await this.options.engine.readState();
    for (const [path, { data }] of state.parameters) {
      if (data.every(Number.isFinite)) continue;
      throw new DivergedError(
        `Cannot go on after step ${this.progress.step} as every parameter must be finite: got another value in ${path}; try a lower learning rate or clipping.`,
      );
    }
    return state;
  }

  private async save(name: string, given?: EngineState): Promise<void> {
    if (!this.store) return;
    const state = given ?? (await this.readState());
    // the event that tells of the checkpoint belongs to the run that goes on from it
    this.progress = { ...this.progress, events: this.events + 1 };
    const file = this.store.save(name, this.progress, state);
    const { epoch, step } = this.progress;
    this.emit({ type: 'checkpoint', epoch, step, file });
  }
}

function iterate(batches: Iterable<Batch> | AsyncIterable<Batch>): Batches {
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}
