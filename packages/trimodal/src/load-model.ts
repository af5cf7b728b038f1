import type { TrimodalModel } from '@trimodal/models';
import { CheckpointStore } from '@trimodal/training';
import { assemble } from './assemble';
import { createEngine } from './engine';
import type { RunDirectory } from './run-directory';

export type LoadedModel = {
  readonly model: TrimodalModel /** Its name, such as `epoch-3`. */;
  readonly checkpoint: string;
};

/**
 * The model of a finished run with the weights of a checkpoint, on the present backend of TensorFlow.js.
 *
 * @param checkpoint `best`, the selected epoch; `last`; or the name of one in the run's folder.
 * @throws RangeError if there is no such checkpoint, or it is of another model.
 */
export async function loadModel(directory: RunDirectory, checkpoint = 'best'): Promise<LoadedModel> {
  const { config, data, backend } = directory.result();
  const store = new CheckpointStore(directory.checkpoints);
  const names = store.names();
  const wanted = checkpoint === 'last' ? names[0] : checkpoint;
  if (wanted === undefined || (wanted !== 'best' && !names.includes(wanted))) {
    throw new RangeError(
      `Cannot load the checkpoint ${checkpoint} of ${directory.path} as it must be one of best, last, ${names.join(', ')}: there is no such file.`,
    );
  }
  const { name, state } = wanted === 'best' ? store.best() : store.load(wanted);
  const { model, learner } = assemble(config, data);
  const engine = createEngine({ ...backend, name: 'cpu' }, learner, config.training);
  try {
    const { missing, unexpected } = await engine.writeState(state);
    if (missing.length + unexpected.length === 0) return { model, checkpoint: name };
    throw new RangeError(
      `Cannot load ${directory.path} as its checkpoint must be of its model: it lacks [${missing.join(', ')}] and has [${unexpected.join(', ')}] besides.`,
    );
  } finally {
    engine.dispose();
  }
}
