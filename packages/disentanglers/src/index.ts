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
