import type { Rng } from '@trimodal/core';
import { valueFor } from '@trimodal/core';
import type { Dataset } from './dataset';
import { type DropRates, drawRates, dropSteps } from './drop-rates';
import { checkMissingness, type Missingness, type MissingnessSampler } from './missingness';
import type { Split } from './raw-dataset';

export type MissingnessSamplerOptions = Missingness & { rng: Rng; dataset: Dataset; split?: Split };

/**
 * Missing data for training: drawn anew for each epoch and view, from the seed, the epoch, the view and the place of the sample in its
 * split alone. So neither batch size nor order matters, and a resumed run sees what an uninterrupted one does.
 *
 * @param options.split `train` unless told.
 * @throws RangeError as `checkMissingness`; and at the first batch if `modality-rate` or `mixed` can't reach its rate.
 * @example missingnessSampler({ protocol: 'frame-train', rng: rng.fork('missingness'), dataset });
 */
export function missingnessSampler(options: MissingnessSamplerOptions): MissingnessSampler {
  const { rng, dataset, split = 'train', ...missingness } = options;
  checkMissingness(missingness, dataset.modalities);
  const { lengths, idsHash } = dataset.splits[split];
  // rates are decided for all samples of an epoch at once; of each view the last epoch is kept
  const drawn = new Map<number, { epoch: number; stream: Rng; rates: DropRates }>();
  const drawFor = (epoch: number, view: number) => {
    let draw = drawn.get(view);
    if (draw?.epoch !== epoch) {
      const stream = rng.fork(`epoch-${epoch}`).fork(`view-${view}`);
      draw = { epoch, stream, rates: drawRates(missingness, lengths, (index) => stream.fork(`${index}`)) };
      drawn.set(view, draw);
    }
    return draw;
  };
  return {
    missingness,
    split,
    idsHash,
    redraws: true,
    apply({ index, epoch, view }, masks) {
      const { stream, rates } = drawFor(epoch, view);
      dropSteps(masks, (modality) => valueFor(rates, modality)[index]!, stream.fork(`${index}`));
    },
  };
}
