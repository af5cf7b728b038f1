export { AttentionFusion, type AttentionFusionOptions, type AttentionFusionOutput } from './attention-fusion';
export { ConcatFusion, type ConcatFusionOptions, type ConcatFusionOutput } from './concat-fusion';
export { GatedFusion, type GatedFusionOptions, type GatedFusionOutput } from './gated-fusion';
export { type PartName, PartPooling, type PartPoolingOptions, type PooledParts, type Slot } from './part-pooling';
