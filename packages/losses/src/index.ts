export { type BalanceOptions, balanceLoss } from './balance-loss';
export {
  type ContrastiveOptions,
  contrastiveLoss,
  type MarginOptions,
  marginLoss,
  type SupervisedContrastiveOptions,
  supervisedContrastiveLoss,
} from './contrast';
export {
  type CmdOptions,
  cmd,
  gaussianJs,
  type MmdOptions,
  mmd,
  type TwoSampleWeights,
} from './distribution-distances';
export { type DivergenceOptions, gaussianKl, jsDivergence, klDivergence } from './divergences';
export { type HsicOptions, hsic } from './hsic';
export { cosineOrthogonality, negativeCosine, orthogonalityLoss } from './orthogonality';
export { type ReconstructionOptions, reconstructionLoss } from './reconstruction-loss';
export { type SlicedWassersteinOptions, slicedWasserstein } from './sliced-wasserstein';
export { crossEntropyLoss, l1Loss, mseLoss, type SmoothL1Options, smoothL1Loss } from './task-losses';
export { weightedMean } from './weighted-mean';
