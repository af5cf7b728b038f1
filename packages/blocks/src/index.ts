export {
  type AnchorGuidedOptions,
  type AnchorGuidedOutput,
  AnchorGuidedPrivateRouting,
  anchorPreservation,
  antiLeakage,
  borrowCost,
} from './agpr';
export {
  BidirectionalRebalancingFusion,
  type BidirectionalRebalancingOptions,
  type BidirectionalRebalancingOutput,
} from './brf';
export { IdentityPrivateBranch, IdentitySharedBranch } from './identity-branches';
export {
  TemporalStructuralFactorization,
  type TemporalStructuralOptions,
  type TemporalStructuralOutput,
  temporalStructuralOverlap,
} from './tsf';
