import { type Graph, type Node, sizeOf } from './graph';

/** Operations of products per node above which a second thread pays; measured, see docs/results/speed.md. */
const WORTH_SHARING = 5e6;

/**
 * The threads of one operation: all cores (0, as ONNX Runtime counts) where the matrix products are large, 1 where a graph is
 * made of so many small operations that sharing each costs more than it saves.
 */
export function chooseThreads({ nodes }: Graph): 0 | 1 {
  const work = nodes.reduce((sum, node) => sum + operations(node), 0);
  return work > WORTH_SHARING * nodes.length ? 0 : 1;
}

/** Multiplications and additions of a product. */
function operations({ op, inputs, outputs, attributes }: Node): number {
  if (!['MatMul', 'FusedMatMul', 'Gemm'].includes(op)) return 0;
  const { shape } = inputs[0]!;
  const inner = (attributes['transA'] ? shape.at(-2) : shape.at(-1))!;
  return 2 * inner * sizeOf(outputs[0]!.shape);
}
