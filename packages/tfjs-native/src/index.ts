export { ADDON_PACKAGES, type AddonBackend, type AddonPackage, findAddonPackages } from './addon-packages';
export {
  checkPlatform,
  type LinkOptions,
  type LinkRecord,
  type LinkState,
  link,
  type Platform,
  readLink,
  unlink,
} from './link';
export { restoreRemovedUtil } from './polyfill';
export { type Ended, type RunOptions, type RunProgram, runProgram } from './run-program';
export {
  type FindTensorFlowOptions,
  findTensorFlow,
  type PythonPlaces,
  pythonCandidates,
  type TensorFlow,
} from './tensorflow';
export { type Findings, verifyAddon } from './verify-addon';
