/** Thrown when a function can't be made into a graph; the message names the cause and the line that led there. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/**
 * The line of the caller's code in a stack: the first frame under TensorFlow.js's own, or the second of all if it has none.
 *
 * A kernel of the tracer, the tracer's backend and TensorFlow.js lie above it.
 */
export function callerLine(stack: string | undefined): string {
  const frames = (stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const isLibrary = (frame: string) => /[\\/]@tensorflow[\\/]|[\\/]tfjs-|WhileTracing /.test(frame);
  const first = frames.findIndex(isLibrary);
  const caller = frames
    .slice(first < 0 ? 1 : first)
    .find((frame) => !isLibrary(frame) && !/<anonymous>\)?$/.test(frame));
  return caller ? caller.replace('    at ', 'at ') : 'at an unknown line';
}
