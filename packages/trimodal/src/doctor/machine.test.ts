import type { RunProgram } from '@trimodal/tfjs-native';
import { expect, test } from 'vitest';
import { describeMachine, parseGpus, parseLibraries } from './machine';

const CSV = 'NVIDIA H100 80GB HBM3, 550.54.15, 81559\nNVIDIA T4, 550.54.15, 15360\n';
const OVERVIEW = '| NVIDIA-SMI 550.54.15      Driver Version: 550.54.15      CUDA Version: 12.4     |\n';
const LDCONFIG = `	libcudnn.so.9 (libc6,x86-64) => /lib/libcudnn.so.9
	libcudart.so.12 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.12
	libcudart.so.12 (libc6,x86-64) => /opt/other/libcudart.so.12
	libcudnn_ops.so.9 (libc6,x86-64) => /lib/libcudnn_ops.so.9
	libcublas.so (libc6,x86-64) => /lib/libcublas.so
`;
const ended = { code: 0, signal: undefined, stdout: '', stderr: '', problem: undefined };

test('GPUs, the CUDA of the driver and of the toolkit, and libraries are read from what programs print', async () => {
  const run: RunProgram = async (program, args) => {
    const stdout = program === 'nvcc' ? 'Cuda compilation tools, release 12.5, V12.5.82' : LDCONFIG;
    if (program === 'nvidia-smi') return { ...ended, stdout: args.length ? CSV : OVERVIEW };
    return { ...ended, stdout };
  };
  const { gpus, gpuProblem, cuda, cores } = await describeMachine(run);
  expect(gpus).toEqual([
    { name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15', memoryMiB: 81559 },
    { name: 'NVIDIA T4', driver: '550.54.15', memoryMiB: 15360 },
  ]);
  expect(gpuProblem).toBeUndefined();
  expect(cuda).toEqual({ driver: '12.4', toolkit: '12.5', libraries: ['libcudart.so.12', 'libcudnn.so.9'] });
  expect(cores).toBeGreaterThan(0);
});

test('where there is no GPU, the reason is kept: no program, or what the program says', async () => {
  const none = await describeMachine(async () => ({ ...ended, code: undefined, problem: 'spawn nvidia-smi ENOENT' }));
  expect(none).toMatchObject({ gpus: [], gpuProblem: 'nvidia-smi is not there' });
  expect(none.cuda).toEqual({ driver: undefined, toolkit: undefined, libraries: [] });
  const broken = await describeMachine(async () => ({ ...ended, code: 9, stdout: 'No devices were found\n' }));
  expect(broken).toMatchObject({ gpus: [], gpuProblem: 'nvidia-smi says "No devices were found"' });
});

test('lines of another form are no GPU, other libraries are left out', () => {
  expect(parseGpus('\nsome warning\n')).toEqual([]);
  expect(parseLibraries('12 libs found in cache\n\tlibm.so.6 (libc6) => /lib/libm.so.6\n')).toEqual([]);
});
