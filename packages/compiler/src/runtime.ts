/**
 * The version of ONNX Runtime that compiled functions run in.
 *
 * @throws Error if `onnxruntime-node` isn't installed or doesn't load here.
 */
export async function runtimeVersion(): Promise<string> {
  const { env } = await import('onnxruntime-node');
  return env.versions.node ?? env.versions.common;
}
