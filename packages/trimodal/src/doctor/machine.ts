import { availableParallelism, cpus, totalmem } from 'node:os';
import { type RunProgram, runProgram } from '@trimodal/tfjs-native';

export type Gpu = { readonly name: string; readonly driver: string; readonly memoryMiB: number };

export type Cuda = {
  /** The newest that the driver can run, and the version of the compiler in the toolkit. */
  readonly driver: string | undefined;
  readonly toolkit: string | undefined;
  /** Libraries that the system's loader finds, such as `libcudart.so.12`. */
  readonly libraries: readonly string[];
};

export type Machine = {
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly gpus: readonly Gpu[];
  /** Why no GPU was found. */
  readonly gpuProblem: string | undefined;
  readonly cuda: Cuda;
};

/** What this machine has; GPUs are NVIDIA's, as `nvidia-smi` tells of them. */
export async function describeMachine(run: RunProgram = runProgram): Promise<Machine> {
  const ask = (program: string, ...args: string[]) => run(program, args, { timeout: 20_000 });
  const [gpus, overview, compiler, loader] = await Promise.all([
    ask('nvidia-smi', '--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'),
    ask('nvidia-smi'),
    ask('nvcc', '--version'),
    ask('ldconfig', '-p'),
  ]);
  return {
    os: process.platform,
    arch: process.arch,
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    gpus: gpus.code === 0 ? parseGpus(gpus.stdout) : [],
    gpuProblem:
      gpus.code === 0
        ? undefined
        : gpus.problem
          ? 'nvidia-smi is not there'
          : `nvidia-smi says "${(gpus.stdout || gpus.stderr).trim().split('\n')[0]}"`,
    cuda: {
      driver: /CUDA(?: \w+)? Version:\s*([\d.]+)/.exec(overview.stdout)?.[1],
      toolkit: /release ([\d.]+)/.exec(compiler.stdout)?.[1],
      libraries: parseLibraries(loader.stdout),
    },
  };
}

/** The lines of `nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits`. */
export function parseGpus(text: string): Gpu[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter((fields) => fields.length === 3)
    .map(([name, driver, memory]) => ({ name: name!, driver: driver!, memoryMiB: Number(memory) }));
}

/** CUDA's runtime, cuBLAS and cuDNN in what `ldconfig -p` prints. */
export function parseLibraries(text: string): string[] {
  const found = [...text.matchAll(/^\s*(lib(?:cudart|cublas|cudnn)\.so\.\d+)\b/gm)].map((match) => match[1]!);
  return [...new Set(found)].sort();
}
