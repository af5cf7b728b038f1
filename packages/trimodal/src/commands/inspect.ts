import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assemble, type DataShape } from '../assemble';
import { prepareBackend } from '../engine';
import { loadRunConfig } from '../load-run-config';
import { moduleTree } from '../module-tree';
import { openData, SYNTHETIC } from '../open-data';
import type { RunConfig } from '../run-config';
import { RunDirectory } from '../run-directory';

export type InspectOptions = { readonly data?: string; readonly config?: string; readonly set?: readonly string[] };

/** `trimodal inspect`: the tree of modules with shapes and counts. */
export async function inspect(model: string, { data, config: file, set }: InspectOptions): Promise<void> {
  const run = existsSync(join(model, 'config.json')) ? new RunDirectory(model) : undefined;
  if (run && (file || set)) {
    throw new RangeError(
      `Cannot edit ${model} as --config and --set must go with a preset: it is a run, made as it is.`,
    );
  }
  const config = run ? run.config() : loadRunConfig({ architecture: model, file, assignments: set });
  await prepareBackend('cpu');
  const shape = run?.isFinished && !data ? run.result().data : await shapeOf(data ?? SYNTHETIC, config);
  console.log(moduleTree(assemble(config, shape).model));
}

async function shapeOf(data: string, config: RunConfig): Promise<DataShape> {
  const { dataset } = await openData(data, config, config.model.modalities);
  const { dims, times, task } = dataset;
  dataset.close();
  return { dims, times, task };
}
