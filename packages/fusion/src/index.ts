export { AttentionFusion, type AttentionFusionOptions, type AttentionFusionOutput } from './attention-fusion';
export { ConcatFusion, type ConcatFusionOptions, type ConcatFusionOutput } from './concat-fusion';
export { CrossModalFusion, type CrossModalFusionOptions, type CrossModalFusionOutput } from './cross-modal-fusion';
export { CrossModalReader, type CrossModalReaderOptions } from './cross-modal-reader';
export { GatedFusion, type GatedFusionOptions, type GatedFusionOutput } from './gated-fusion';
export { ImportanceFusion, type ImportanceFusionOptions, type ImportanceFusionOutput } from './importance-fusion';
export { LowRankFusion, type LowRankFusionOptions, type LowRankFusionOutput } from './low-rank-fusion';
export { type PartName, PartPooling, type PartPoolingOptions, type PooledParts, type Slot } from './part-pooling';
export { TransformerFusion, type TransformerFusionOptions, type TransformerFusionOutput } from './transformer-fusion';
