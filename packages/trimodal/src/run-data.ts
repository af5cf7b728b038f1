import { MODALITIES, type Modality } from '@trimodal/core';
import { createDataset, type Dataset, foldByGroup, type RawDataset, SPLITS, type Task } from '@trimodal/data';
import { openRaw } from './open-data';
import type { RunConfig } from './run-config';

/** The data of several runs: the file is opened once, and a dataset made of it once for each way in which configs want it. */
export class RunData {
  private readonly datasets = new Map<string, Dataset>();

  private constructor(private readonly raw: RawDataset) {}

  /** @throws RangeError if there is no such file. */
  static async open(source: string): Promise<RunData> {
    return new RunData(await openRaw(source));
  }

  /** Those of the file; a protocol takes away the same of every model, whichever it uses. */
  get modalities(): readonly Modality[] {
    return MODALITIES.filter((modality) => SPLITS.some((split) => this.raw.splits[split].features[modality]));
  }

  get source(): string {
    return this.raw.source;
  }

  get task(): Task {
    return this.raw.task;
  }

  hashFor(config: RunConfig): string {
    return this.rawFor(config).dataHash;
  }

  datasetFor(config: RunConfig): Dataset {
    const { standardize, fold } = config.data;
    const key = JSON.stringify([standardize, fold]);
    const made = this.datasets.get(key) ?? createDataset(this.rawFor(config), { standardize });
    this.datasets.set(key, made);
    return made;
  }

  private rawFor({ data: { fold } }: RunConfig): RawDataset {
    return fold ? foldByGroup(this.raw, fold) : this.raw;
  }

  close(): void {
    this.raw.close();
  }
}
