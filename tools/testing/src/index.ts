export { type ComponentCase, checkComponent, MODALITY_SUBSETS } from './check-component';
export { expectClose, type Tolerance } from './expect-close';
export { type Fixture, fixtureTensor, readFixture } from './fixture';
