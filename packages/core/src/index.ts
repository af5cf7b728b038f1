export { BACKENDS, type BackendChoice, type BackendName, chooseBackend } from './backend';
export { checkPositiveInteger, checkRate, checkShape } from './checks';
export { gelu, normalize } from './closed-form';
export type {
  Disentangler,
  Encoder,
  Fusion,
  Head,
  LossTerms,
  ModelInputs,
  Parts,
  PrivateBranch,
  SharedBranch,
  Tokens,
} from './contracts';
export { type ForwardContext, INFERENCE } from './forward-context';
export { reverseGradient, stopGradient } from './gradients';
export {
  entriesOf,
  forModalities,
  MODALITIES,
  type Modality,
  mapModalities,
  modalitiesOf,
  type PerModality,
  valueFor,
  valuesOf,
} from './modalities';
export { countParameters, disposeModule, type Module, parameters, visit } from './module-tree';
export { nearestName } from './nearest-name';
export { anyPresent, cosineSimilarity, l2Normalize, maskedMean, maskedSoftmax, presentColumn, safeNorm } from './ops';
export { type KeepMaskSource, Rng, type RngState } from './rng';
export { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors';
export { repairWasm } from './wasm-kernels';
