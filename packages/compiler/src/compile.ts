import type { InferenceSession } from 'onnxruntime-node';
import { chooseThreads } from './choose-threads';
import { CompiledFunction, outputName } from './compiled-function';
import { encodeOnnx } from './encode-onnx';
import { optimize } from './passes';
import { freeze, type InputSpec, type TraceFunction, trace } from './trace';

export type CompileOptions = {
  /** Shape and dtype (float32 if not given) of each input. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Makes constants of captured variables: faster, as ONNX Runtime lays them out for its products, but they can't change any more. */
  readonly frozen?: boolean;
  /** Threads of one operation; by default, or 0, all cores where products are large enough to share, else one. */
  readonly threads?: number;
  /** Execution providers of ONNX Runtime, best first. */
  readonly providers?: readonly string[];
  /** Further options of ONNX Runtime's session. */
  readonly session?: InferenceSession.SessionOptions;
};

/**
 * Makes a native function of a pure function of tensors: it is called once, on placeholders, and what it computes is run
 * by ONNX Runtime ever after.
 *
 * The function may capture variables (each run uses their values at that time) and constants, and may take gradients. It
 * must not read values, and shapes must not depend on values. Outputs are named.
 *
 * @param fn Gets a tensor for each input, and `{ rng, bind }`.
 * @throws TraceError if the function can't be a graph; the message names the line.
 * @example
 * const double = await compile(({ x }) => ({ y: x.mul(2) }), { inputs: { x: { shape: [3] } } });
 * const { y } = await double.run({ x: Float32Array.of(1, 2, 3) }); // y.data: 2, 4, 6
 */
export async function compile(
  fn: TraceFunction,
  { inputs, frozen = false, threads = 0, providers = ['cpu'], session: options = {} }: CompileOptions,
): Promise<CompiledFunction> {
  const traced = frozen ? freeze(trace(fn, inputs)) : trace(fn, inputs);
  const optimized = { ...traced, graph: optimize(traced.graph, { standard: false }) };
  const outputs = new Map([...optimized.graph.outputs].map(([name, value]) => [outputName(name), value]));
  // loaded when first needed: a program that compiles nothing doesn't pay for it
  const ort = await import('onnxruntime-node');
  const create = ort.InferenceSession.create(encodeOnnx({ ...optimized.graph, outputs }), {
    executionProviders: [...providers],
    intraOpNumThreads: threads || chooseThreads(optimized.graph),
    executionMode: 'sequential',
    graphOptimizationLevel: optimized.graph.nodes.length > MANY_NODES ? 'disabled' : 'all',
    // laying all values of a run into one block beforehand takes a quarter to half more memory, and no less time
    enableMemPattern: false,
    logSeverityLevel: 3,
    // denormals slow a product down a hundredfold; our DequantizeLinear is no sign of a quantised model
    extra: { session: { set_denormal_as_zero: '1', disable_quant_qdq: '1' } },
    ...options,
  });
  const session = await create.catch((error: Error) => {
    throw providerError(providers, ort.listSupportedBackends(), error);
  });
  return new CompiledFunction(session, ort.Tensor, optimized, inputs);
}

/**
 * The time that ONNX Runtime takes to optimise a graph grows with the square of its nodes: it doubles the wait for recurrent
 * models of hundreds of steps, which then run no faster than after our passes alone.
 */
const MANY_NODES = 20_000;

/** Of a session that can't be made for more than the processor, the cause most often is a provider or its libraries. */
function providerError(
  providers: readonly string[],
  supported: readonly { readonly name: string }[],
  error: Error,
): Error {
  if (providers.every((provider) => provider === 'cpu')) return error;
  const names = supported.map(({ name }) => name);
  return new RangeError(
    `Cannot compile for [${providers.join(', ')}] as ONNX Runtime must load the execution provider: got "${error.message}"; ` +
      `here it knows ${names.join(', ')}, of which all but cpu need a device and libraries that come with its driver.`,
    { cause: error },
  );
}
