import { entriesOf, type Modality, modalitiesOf } from '@trimodal/core';
import type { Split } from '@trimodal/data';
import type { TrimodalModel } from '@trimodal/models';
import { evaluationBatches, planFor } from '../batch-sources';
import type { OpenData } from '../open-data';
import type { RunConfig } from '../run-config';
import { type BranchBalance, branchBalance } from './branch-balance';
import { collectParts } from './collect-parts';
import { type FactorRecovery, factorRecovery } from './factor-recovery';

export type Diagnostics = {
  /** On the validation split; where the model splits into a shared and a private branch; what needs scores is left out for classes. */
  readonly branchBalance?: BranchBalance;
  /** On the validation split of the synthetic benchmark. */
  readonly factorRecovery?: FactorRecovery;
};

/** What a trained model shows of its inside, where there is something to see. The test split is not looked at. */
export function diagnose(model: TrimodalModel, config: RunConfig, { dataset, synthetic }: OpenData): Diagnostics {
  if (config.model.disentangler.kind === 'identity') return {};
  const isScored = dataset.task.kind === 'regression';
  const collect = (split: Split, subset?: readonly Modality[]) => {
    const plan = subset && planFor(dataset, split, { protocol: 'modality-subsets', subset });
    const parts = collectParts(model, evaluationBatches(dataset, split, config, plan));
    // what is measured by errors of scores has no meaning for logits
    return isScored ? parts : { ...parts, predictions: { joint: parts.predictions.joint } };
  };
  const whole = collect('valid');
  if (modalitiesOf(whole.shared).length < 2) return {};
  const others = entriesOf(dataset.dims).flatMap(([modality]) => (modality === 'text' ? [] : [modality]));
  const canLoseText = isScored && others.length > 0 && dataset.modalities.includes('text');
  return {
    branchBalance: branchBalance(whole, canLoseText ? collect('valid', others) : undefined),
    ...(synthetic
      ? {
          factorRecovery: factorRecovery(
            { parts: collect('train'), factors: synthetic.factors.train },
            { parts: whole, factors: synthetic.factors.valid },
          ),
        }
      : {}),
  };
}
