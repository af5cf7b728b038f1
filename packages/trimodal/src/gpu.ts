import { existsSync } from 'node:fs';
import { compile } from '@trimodal/compiler';

/** What `prepareBackend` asks of a machine's GPU. */
export type GpuProbe = {
  /** Whether there is a GPU of NVIDIA's; no program is started to find out. */
  isThere(): boolean;
  /** Whether ONNX Runtime computes on it. */
  runsCompiled(): Promise<boolean>;
};

export const GPU: GpuProbe = {
  isThere: () => existsSync('/proc/driver/nvidia/version'),
  runsCompiled: async () => {
    try {
      const probe = await compile(({ x }) => ({ y: x!.add(1) }), {
        inputs: { x: { shape: [1] } },
        providers: ['cuda'],
      });
      const { y } = await probe.run({ x: Float32Array.of(1) });
      await probe.dispose();
      return y!.data[0] === 2;
    } catch {
      return false; // no provider, no CUDA libraries: it is computed elsewhere
    }
  },
};
