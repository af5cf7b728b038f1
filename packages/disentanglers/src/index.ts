export { HomoHeteroDisentangler, type HomoHeteroOptions, type HomoHeteroOutput } from './homo-hetero-disentangler';
export {
  crossReconstructionTerm,
  deRedundancyTerm,
  heterogeneityTerm,
  homogeneityTerm,
  type LabelLoss,
  noiseTerm,
  ownReconstructionTerm,
  sufficiencyTerm,
} from './homo-hetero-terms';
export {
  HybridExpertsDisentangler,
  type HybridExpertsOptions,
  type HybridExpertsOutput,
} from './hybrid-experts-disentangler';
export { expertBalance, expertOrthogonality } from './hybrid-experts-terms';
export { IdentityDisentangler } from './identity-disentangler';
export {
  SharedPrivateDisentangler,
  type SharedPrivateOptions,
  type SharedPrivateOutput,
} from './shared-private-disentangler';
export {
  cycleTerm,
  decorrelationTerm,
  orthogonalityTerm,
  reconstructionTerm,
  sharedAlignmentTerm,
  sharedMarginTerm,
} from './shared-private-terms';
