export { type ComponentCase, checkComponent, MODALITY_SUBSETS } from './check-component';
export { checkGolden, samples } from './check-golden';
export { expectClose, type Tolerance } from './expect-close';
export { expectReference } from './expect-reference';
export { type Fixture, fixtureTensor, readFixture } from './fixture';
export { byName, DIM, masksOf, presentOf, TIMES, tokenShapes, tokensOf } from './part-inputs';
