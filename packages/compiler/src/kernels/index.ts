import { complexNumbers } from './complex';
import { convolutions } from './convolutions';
import { elementwise } from './elementwise';
import { images } from './images';
import { indexing } from './indexing';
import type { KernelTable } from './kernel';
import { matrices } from './matrices';
import { pooling } from './pooling';
import { reductions } from './reductions';
import { sampling } from './sampling';
import { shapes } from './shapes';
import { sparse } from './sparse';

/** Every kernel of real numbers that can be traced, by the name that TensorFlow.js gives it. */
export const KERNELS: KernelTable = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...indexing,
  ...matrices,
  ...convolutions,
  ...pooling,
  ...images,
  ...sampling,
  ...sparse,
};

/** Every kernel that takes or gives complex numbers. */
export { complexNumbers as COMPLEX_KERNELS };
