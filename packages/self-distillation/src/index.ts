export { rampUp } from './ramp-up';
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
