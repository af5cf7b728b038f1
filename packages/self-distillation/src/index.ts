export {
  type AlignmentKind,
  type DistributionAlignmentOptions,
  distributionAlignment,
  type ViewAlignment,
  type ViewAlignmentOptions,
  type ViewParts,
  viewAlignment,
} from './distribution-alignment';
export { rampUp } from './ramp-up';
export { sampleErrors } from './sample-errors';
export { type TransferOptions, type TransferWeights, transferWeights, type ViewQuality } from './transfer-weights';
export {
  type BidirectionalTransferOptions,
  bidirectionalTransfer,
  type PredictedView,
  type RepresentationTransferOptions,
  type RepresentedView,
  representationTransfer,
  type TransferOutput,
} from './view-transfer';
