import { type Modality, valueFor } from '@trimodal/core';
import { type RawDataset, SPLITS } from './raw-dataset';

/**
 * Checks that counts, dims, lengths and labels of a raw dataset fit together. A split may lack a modality; its shape is then free.
 * @throws TypeError if features don't have rank 3; RangeError for all else.
 */
export function checkRaw({ splits, task, source }: RawDataset, modalities: readonly Modality[]): void {
  const attempt = `Cannot create a dataset of ${source} as`;
  for (const split of SPLITS) {
    const { ids, features, lengths, labels } = splits[split];
    const checkCount = (what: string, count: number) => {
      if (count === ids.length) return;
      throw new RangeError(`${attempt} ${split} must have ${ids.length} ${what}, one an id: got ${count}.`);
    };
    checkCount('labels', labels.length);
    for (const modality of modalities.filter((one) => features[one] !== undefined)) {
      const { shape } = valueFor(features, modality);
      const observed = lengths[modality] ?? [];
      if (shape.length !== 3) {
        throw new TypeError(
          `${attempt} ${modality} of ${split} must have features [n, time, dim]: got [${shape.join(', ')}].`,
        );
      }
      checkCount(`rows of ${modality}`, shape[0]!);
      checkCount(`lengths of ${modality}`, observed.length);
      const first = SPLITS.find((name) => splits[name].features[modality] !== undefined)!;
      const wanted = valueFor(splits[first].features, modality).shape[2];
      if (shape[2] !== wanted) {
        throw new RangeError(
          `${attempt} ${modality} of ${split} must have ${wanted} features a step as in ${first}: got ${shape[2]}.`,
        );
      }
      const row = observed.findIndex((length) => !(length >= 0 && length <= shape[1]!));
      if (row >= 0) {
        throw new RangeError(
          `${attempt} lengths of ${modality} must lie in [0, ${shape[1]}]: got ${observed[row]} in row ${row} of ${split}.`,
        );
      }
    }
    const row = labels.findIndex((label) =>
      task.kind === 'regression'
        ? !Number.isFinite(label)
        : !(Number.isInteger(label) && label >= 0 && label < task.classes.length),
    );
    if (row >= 0) {
      const wanted = task.kind === 'regression' ? 'be finite' : `be class indices from 0 to ${task.classes.length - 1}`;
      throw new RangeError(`${attempt} labels must ${wanted}: got ${labels[row]} in row ${row} of ${split}.`);
    }
  }
}
