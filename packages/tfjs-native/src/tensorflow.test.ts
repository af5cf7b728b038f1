import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeRun, fakeTensorFlow, newFolder, write } from './__fixtures__/fake-folders';
import { checkTensorFlow, findTensorFlow, pythonCandidates } from './tensorflow';

/** A Python that gives one answer to every question. */
function fakePython(folder: string, name: string, answer: object | string): string {
  const script =
    typeof answer === 'string' ? `echo "${answer}" >&2; exit 1` : `cat <<'END'\n${JSON.stringify(answer)}\nEND`;
  const file = write(folder, name, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('the Pythons to ask', () => {
  test('are those that are there: the active environment, one in the folder, the PATH', () => {
    const [active, cwd, one, two] = [newFolder(), newFolder(), newFolder(), newFolder()];
    const files = [
      write(active, 'bin/python'),
      write(cwd, '.venv/bin/python'),
      write(two, 'python3'),
      write(one, 'python'),
    ];
    const env = { VIRTUAL_ENV: active, CONDA_PREFIX: newFolder(), PATH: `${one}:${two}:${one}` };
    expect(pythonCandidates({ env, cwd })).toEqual(files);
  });

  test('are none where there is none', () => {
    expect(pythonCandidates({ env: {}, cwd: newFolder() })).toEqual([]);
  });
});

describe('the TensorFlow', () => {
  test('is that of the first Python that has one', async () => {
    const [cwd, bin] = [newFolder(), newFolder()];
    const { folder } = fakeTensorFlow();
    fakePython(cwd, 'venv/bin/python', { python: 'x', folder: null, version: null });
    fakePython(bin, 'python3', { python: '/real/python3', folder, version: '2.19.1' });
    fakePython(bin, 'python', { python: '/real/python', folder: 'never asked', version: '2.0.0' });
    expect(await findTensorFlow({ env: { PATH: bin }, cwd })).toEqual({
      version: '2.19.1',
      folder,
      python: '/real/python3',
      cuda: undefined,
    });
  });

  test('says which CUDA it was built for', async () => {
    const { folder } = fakeTensorFlow();
    write(
      folder,
      'python/platform/build_info.py',
      "build_info = collections.OrderedDict([('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True)])",
    );
    const { run, calls } = fakeRun(() => ({ stdout: JSON.stringify({ python: 'p', folder, version: '2.21.0' }) }));
    expect((await findTensorFlow({ python: '/my/python', run })).cuda).toBe('12.5.1');
    expect(calls.map(([program]) => program)).toEqual(['/my/python']);
    write(folder, 'python/platform/build_info.py', "build_info = {('cuda_version', '1'), ('is_cuda_build', False)}");
    expect((await findTensorFlow({ python: '/my/python', run })).cuda).toBeUndefined();
  });

  test('is asked of a Python by a path from here, or by a name on the PATH', async () => {
    const { folder } = fakeTensorFlow();
    const { run, calls } = fakeRun(() => ({ stdout: JSON.stringify({ python: 'p', folder, version: '2.21.0' }) }));
    await findTensorFlow({ python: 'venv/bin/python', run });
    await findTensorFlow({ python: 'python3.11', run });
    expect(calls.map(([program]) => program)).toEqual([join(process.cwd(), 'venv/bin/python'), 'python3.11']);
  });

  test('where there is none, every Python says why, and what to do follows', async () => {
    const [cwd, bin] = [newFolder(), newFolder()];
    const none = fakePython(cwd, '.venv/bin/python', { python: 'x', folder: null, version: null });
    const broken = fakePython(bin, 'python3', 'ModuleNotFoundError: importlib');
    const loose = fakePython(bin, 'python', { python: 'x', folder: '/src/tensorflow', version: null });
    await expect(findTensorFlow({ env: { PATH: bin }, cwd })).rejects.toThrow(
      `Cannot find TensorFlow as a Python must have it: got ${none}: no package tensorflow; ${broken}: ModuleNotFoundError: importlib; ${loose}: /src/tensorflow is no installed package: its version is not known; install it with pip install tensorflow`,
    );
    await expect(findTensorFlow({ env: {}, cwd: newFolder() })).rejects.toThrow('got no Python; install it with');
    const missing = join(bin, 'nothing');
    await expect(findTensorFlow({ python: missing })).rejects.toThrow(`got ${missing}: spawn ${missing} ENOENT;`);
  });

  test.each(['1.15.5', '3.0.0', '22.1'])('of version %s is refused', (version) => {
    expect(() => checkTensorFlow(fakeTensorFlow({ version }))).toThrow(
      new RegExp(
        `^Cannot link TensorFlow as its version must be 2\\.x, .*: got ${version} in .*; install another with /usr/bin/python3 -m pip`,
      ),
    );
  });

  test.each(['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/eager/c_api.h'])(
    'without %s is refused',
    (without) => {
      expect(() => checkTensorFlow(fakeTensorFlow({ without }))).toThrow(
        `tensorflow without ${without}; install a newer`,
      );
    },
  );
});
