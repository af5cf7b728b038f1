export { crossLevel } from './cross-level';
export { featureLevel } from './feature-level';
export { InputDecoder, type InputDecoderOptions } from './input-decoder';
export { inputLevel } from './input-level';
export {
  MultiLevelReconstruction,
  type MultiLevelReconstructionOptions,
  type ReconstructionLevel,
  type ReconstructionTerms,
  type ReconstructionViews,
} from './multi-level-reconstruction';
export { PartDecoder, type PartDecoderOptions } from './part-decoder';
export { RepresentationLevel, type RepresentationLevelOptions } from './representation-level';
export type { Slot, View } from './views';
