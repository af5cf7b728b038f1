import type { Dataset, Missingness, Split } from '@trimodal/data';
import { CheckpointStore, type Predictions, predictAll, type StepEngine } from '@trimodal/training';
import { assemble } from './assemble';
import { evaluationBatches, planFor } from './batch-sources';
import { type BackendChoice, createEngine, prepareBackend } from './engine';
import type { RunConfig } from './run-config';
import type { RunDirectory } from './run-directory';
import { type Scores, scorerOf } from './scores';

export type Evaluation = Predictions & { readonly scores: Scores; readonly maskHash?: string };

/** The model of a finished run, ready to be scored on a data set as often as one likes. */
export class Evaluator {
  private constructor(
    private readonly engine: StepEngine,
    private readonly dataset: Dataset,
    private readonly config: RunConfig,
  ) {}

  /**
   * Loads the selected epoch.
   * @throws RangeError if the data are not those of the run.
   */
  static async open(directory: RunDirectory, dataset: Dataset, backend?: BackendChoice): Promise<Evaluator> {
    const { config, data, backend: trained } = directory.result();
    if (data.hash !== dataset.dataHash) {
      throw new RangeError(
        `Cannot evaluate ${directory.path} as its data must have the hash ${data.hash} (${data.source}): got ${dataset.dataHash} (${dataset.source}).`,
      );
    }
    const chosen = await prepareBackend(backend ?? trained.name, trained.threads);
    const { learner } = assemble(config, dataset);
    const engine = createEngine(chosen, learner, config.training);
    const { missing, unexpected } = await engine.writeState(new CheckpointStore(directory.checkpoints).best().state);
    if (missing.length + unexpected.length > 0) {
      throw new RangeError(
        `Cannot evaluate ${directory.path} as its checkpoint must be of its model: it lacks [${missing.join(', ')}] and has [${unexpected.join(', ')}] besides.`,
      );
    }
    return new Evaluator(engine, dataset, config);
  }

  /** Scores a split, whole or as a protocol leaves it; the mask depends on the protocol and the data alone. */
  async score(split: Split, missingness?: Missingness): Promise<Evaluation> {
    const plan = missingness && planFor(this.dataset, split, missingness);
    const predicted = await predictAll(this.engine, evaluationBatches(this.dataset, split, this.config, plan));
    const scores = scorerOf(this.dataset.task)(predicted.truth, predicted.predictions);
    return { ...predicted, scores, ...(plan ? { maskHash: plan.maskHash } : {}) };
  }

  dispose(): void {
    this.engine.dispose();
  }
}
