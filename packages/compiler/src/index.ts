export { type CompileOptions, compile } from './compile';
export type { CompiledFunction, FeedArray, Output, RunOptions } from './compiled-function';
export { TraceError } from './errors';
export { MaskStream } from './mask-stream';
export { runtimeVersion } from './runtime';
export { type OnnxInput, type ToOnnxOptions, toOnnx } from './to-onnx';
export type { InputSpec, TraceFunction, Tracing } from './trace';
