import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../assemble';
import { prepareBackend } from '../engine';
import { loadRunConfig } from '../load-run-config';
import { moduleTree } from '../module-tree';
import { openData } from '../open-data';
import { RunDirectory } from '../run-directory';

export type InspectOptions = { readonly data: string; readonly config?: string; readonly set?: readonly string[] };

/** `trimodal inspect`: the tree of modules with shapes and counts. */
export async function inspect(model: string, { data, config: file, set }: InspectOptions): Promise<void> {
  const config = existsSync(join(model, 'config.json'))
    ? new RunDirectory(model).config()
    : loadRunConfig({ architecture: model, file, assignments: set });
  await prepareBackend('cpu');
  const { dataset } = await openData(data, config, config.model.modalities);
  const assembled = assemble(config, dataset);
  dataset.close();
  console.log(moduleTree(assembled.model));
}
