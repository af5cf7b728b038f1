import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ended, fakeAddon, fakeRun, fakeTensorFlow, newFolder, write } from './__fixtures__/fake-folders';
import { addonPlace } from './addon-packages';
import { buildAddon, explainBuild } from './build-addon';

const addon = fakeAddon();
const tensorflow = fakeTensorFlow();
const place = addonPlace(addon);
const before = readdirSync(addon.folder, { recursive: true });

/** Plays make, the compiler and node-gyp. */
const toolchain = (gyp: (option: (name: string) => string) => object) =>
  fakeRun((program, args) => {
    if (program !== process.execPath) return { stdout: `${program} 1.2.3` };
    return gyp((name) => args.find((each) => each.startsWith(name))!.slice(name.length));
  });

describe('a build', () => {
  test('sees the wheel as binding.gyp expects it, and gives the addon alone', async () => {
    const out = newFolder();
    let sources = '';
    const { run, calls } = toolchain((option) => {
      sources = option('--directory=');
      expect(existsSync(join(sources, 'binding/tfjs_binding.cc'))).toBe(true);
      expect(existsSync(join(sources, 'deps/include/tensorflow/c/c_api.h'))).toBe(true);
      const lead = (name: string) => realpathSync(join(sources, 'deps/lib', name));
      expect(lead('libtensorflow.so')).toBe(join(tensorflow.folder, 'libtensorflow_cc.so.2'));
      expect(lead('libtensorflow_framework.so')).toBe(join(tensorflow.folder, 'libtensorflow_framework.so.2'));
      write(option('-Dmodule_path='), `${option('-Dmodule_name=')}.node`, 'built');
      return {};
    });
    await buildAddon({ addon, place, tensorflow, nodeHeaders: '/headers', out, run });
    expect(readFileSync(join(out, 'tfjs_binding.node'), 'utf8')).toBe('built');
    expect(calls.map(([program]) => program).slice(0, 2)).toEqual(['make', process.env['CXX'] || 'g++']);
    expect(calls[2]).toEqual(
      expect.arrayContaining(['rebuild', '--nodedir=/headers', '--python=/usr/bin/python3', '-Dnapi_build_version=8']),
    );
    expect(existsSync(sources)).toBe(false);
    expect(readdirSync(addon.folder, { recursive: true })).toEqual(before);
  });

  test('lets node-gyp fetch headers where there are none', async () => {
    const { run, calls } = toolchain((option) => {
      write(option('-Dmodule_path='), 'tfjs_binding.node');
      return {};
    });
    await buildAddon({ addon, place, tensorflow, nodeHeaders: undefined, out: newFolder(), run });
    expect(calls[2]!.some((arg) => arg.startsWith('--nodedir'))).toBe(false);
  });

  test('that fails is explained, its log kept, the package not touched', async () => {
    const out = newFolder();
    const { run } = toolchain((option) => {
      writeFileSync(join(option('--directory='), 'half.o'), '');
      return {
        code: 1,
        stdout: 'CXX(target) tfjs_backend.o',
        stderr: 'a.h:3:1: error: no such thing\ngyp ERR! not ok',
      };
    });
    const error = await buildAddon({ addon, place, tensorflow, nodeHeaders: undefined, out, run }).catch((e) => e);
    expect(error.message).toMatch(
      /^Cannot build the addon of @tensorflow\/tfjs-node as node-gyp must build it: got "a\.h:3:1: error: no such thing"\. The log: \S+build\.log$/,
    );
    expect(readFileSync(error.message.split('The log: ')[1], 'utf8')).toContain('CXX(target)');
    expect(readdirSync(out)).toEqual([]);
    expect(readdirSync(addon.folder, { recursive: true })).toEqual(before);
  });

  test.each([['make'], [process.env['CXX'] || 'g++']])('without %s is not begun', async (tool) => {
    const { run, calls } = fakeRun((program) => (program === tool ? { code: undefined, problem: 'ENOENT' } : {}));
    await expect(
      buildAddon({ addon, place, tensorflow, nodeHeaders: undefined, out: newFolder(), run }),
    ).rejects.toThrow(`Cannot build the addon as ${tool} must be there: got ENOENT; install it, on Debian`);
    expect(calls.some(([program]) => program === process.execPath)).toBe(false);
  });
});

test.each([
  [
    'gyp ERR! stack FetchError: request to https://nodejs.org/x failed, reason: getaddrinfo ENOTFOUND nodejs.org',
    '--node-headers',
  ],
  ['gyp ERR! stack TypeError: fetch failed', '--node-headers'],
  [
    'gyp ERR! stack Error: This is most likely not a problem with node-gyp or the package itself and\ngyp ERR! stack is related to network',
    '--node-headers',
  ],
  ['fatal error: error writing to x.s: No space left on device', 'make some'],
  ["cc1plus: error: unrecognized command-line option '-std=gnu++17'", 'must know C++17'],
  ['/usr/bin/ld: cannot find -ltensorflow: No such file', 'install TensorFlow anew'],
  ['gyp ERR! find Python Python is not set', 'name a Python from 3.8 on with --python'],
  ['gyp ERR! stack Error: something else\nmore', '"gyp ERR! stack Error: something else"'],
  ['', '"no output"'],
])('%j tells what to do', (stderr, told) => {
  expect(explainBuild(ended({ code: 1, stderr }))).toContain(told);
});

test('a build that was ended, or could not start, says so', () => {
  expect(explainBuild(ended({ code: undefined, signal: 'SIGTERM' }))).toContain('the signal SIGTERM');
  expect(explainBuild(ended({ code: undefined, problem: 'spawn EAGAIN' }))).toContain('must start: got spawn EAGAIN');
});
