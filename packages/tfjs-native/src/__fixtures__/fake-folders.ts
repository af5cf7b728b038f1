import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AddonPackage } from '../addon-packages';
import type { Ended, RunProgram } from '../run-program';
import type { TensorFlow } from '../tensorflow';

export const newFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'tfjs-native-test-')));

/** Writes a file and the folders that it needs; gives its path. */
export function write(folder: string, name: string, text = name): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A project with tfjs-node in it, scripts off: sources, no addon. */
export function fakeAddon(project = newFolder(), version = '4.22.0', name = '@tensorflow/tfjs-node'): AddonPackage {
  const folder = join(project, 'node_modules', name);
  const binary = { module_name: 'tfjs_binding', napi_versions: [3, 4, 5, 6, 7, 8] };
  write(folder, 'package.json', JSON.stringify({ name, version, binary }));
  write(folder, 'binding.gyp', '{}');
  write(folder, 'binding/tfjs_binding.cc');
  return { backend: name.endsWith('gpu') ? 'node-gpu' : 'node', name, version, folder };
}

/** The folder that the wheel of TensorFlow installs. */
export function fakeTensorFlow(parts: Partial<TensorFlow> & { readonly without?: string } = {}): TensorFlow {
  const { without, ...is } = parts;
  const folder = join(newFolder(), 'site-packages', 'tensorflow');
  for (const file of [
    'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2',
    'include/tensorflow/c/c_api.h',
    'include/tensorflow/c/eager/c_api.h',
  ]) {
    if (file !== without) write(folder, file);
  }
  return { version: '2.21.0', folder, python: '/usr/bin/python3', cuda: undefined, ...is };
}

export const ended = (parts: Partial<Ended> = {}): Ended => ({
  code: 0,
  signal: undefined,
  stdout: '',
  stderr: '',
  problem: undefined,
  ...parts,
});

/** A `run` that answers as told, and the calls that it got. */
export function fakeRun(answer: (program: string, args: readonly string[]) => Partial<Ended>) {
  const calls: (readonly [string, ...string[]])[] = [];
  const run: RunProgram = async (program, args) => {
    calls.push([program, ...args]);
    return ended(answer(program, args));
  };
  return { run, calls };
}
