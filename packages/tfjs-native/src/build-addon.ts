import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddonPackage, AddonPlace } from './addon-packages';
import { type Ended, type RunProgram, runProgram } from './run-program';
import { LIBRARIES, type TensorFlow } from './tensorflow';

export type BuildOptions = {
  readonly addon: AddonPackage;
  readonly place: AddonPlace;
  readonly tensorflow: TensorFlow;
  /** The folder with `include/node`; undefined for node-gyp to fetch the headers. */
  readonly nodeHeaders: string | undefined;
  /** The folder that the addon is written to. */
  readonly out: string;
  readonly run?: RunProgram;
};

/** Ten minutes: a slow machine with a slow disk takes one. */
const TIMEOUT = 600_000;

/**
 * Builds the addon from the sources in the package, in a temporary folder: the package isn't touched.
 *
 * The linker finds the libraries of the wheel under the names that `binding.gyp` gives them.
 *
 * @throws Error if a tool is missing or the build fails, with what to do; the log is kept and named.
 */
export async function buildAddon({
  addon,
  place,
  tensorflow,
  nodeHeaders,
  out,
  run = runProgram,
}: BuildOptions): Promise<void> {
  await checkTools(run);
  const staging = mkdtempSync(join(tmpdir(), 'tfjs-native-'));
  const sources = join(staging, 'package');
  let keepLog = false;
  try {
    for (const part of ['binding.gyp', 'binding'])
      cpSync(join(addon.folder, part), join(sources, part), { recursive: true });
    const lib = join(sources, 'deps', 'lib');
    mkdirSync(lib, { recursive: true });
    symlinkSync(join(tensorflow.folder, 'include'), join(sources, 'deps', 'include'));
    for (const file of Object.values(LIBRARIES)) symlinkSync(join(tensorflow.folder, file), join(lib, file));
    symlinkSync(LIBRARIES.tensorflow, join(lib, 'libtensorflow.so'));
    symlinkSync(LIBRARIES.framework, join(lib, 'libtensorflow_framework.so'));
    const ended = await run(
      process.execPath,
      [
        createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js'),
        'rebuild',
        `--directory=${sources}`,
        `--python=${tensorflow.python}`,
        ...(nodeHeaders ? [`--nodedir=${nodeHeaders}`] : []),
        '--',
        `-Dmodule_name=${place.module}`,
        `-Dmodule_path=${join(staging, 'out')}`,
        `-Dnapi_build_version=${place.napiVersion}`,
      ],
      { timeout: TIMEOUT },
    );
    if (ended.code !== 0) {
      const log = join(staging, 'build.log');
      writeFileSync(log, `${ended.stdout}\n${ended.stderr}`);
      keepLog = true;
      rmSync(sources, { recursive: true, force: true });
      throw new Error(`Cannot build the addon of ${addon.name} as ${explainBuild(ended)} The log: ${log}`);
    }
    cpSync(join(staging, 'out', place.file), join(out, place.file));
  } finally {
    if (!keepLog) rmSync(staging, { recursive: true, force: true });
  }
}

/** @throws Error naming the first tool that is not there. */
async function checkTools(run: RunProgram): Promise<void> {
  for (const tool of ['make', process.env['CXX'] || 'g++']) {
    const { code, problem } = await run(tool, ['--version'], { timeout: 60_000 });
    if (code === 0) continue;
    throw new Error(
      `Cannot build the addon as ${tool} must be there: got ${problem ?? `exit code ${code}`}; install it, on Debian and Ubuntu with sudo apt-get install build-essential, on Fedora with sudo dnf install gcc-c++ make.`,
    );
  }
}

/** What in the output of node-gyp tells what went wrong, and what to do about it. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /most likely not a problem with node-gyp|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|UND_ERR|fetch failed|bad status code|\b(?:403|404|407|502|503)\b.*headers/i,
    "the headers of Node must be on this machine or come from nodejs.org: got neither; name a folder that has them in include/node with --node-headers (Debian's package libnode-dev has them in /usr, the archive of nodejs.org beside the program).",
  ],
  [/No space left on device/, 'the disk must have room: got "No space left on device"; make some.'],
  [
    /unrecognized command[- ]line option .*-std|requires C\+\+1[47]|unrecognized .*std=/,
    'the compiler must know C++17: it does not; install g++ 9 or later, or name another with CXX=...',
  ],
  [
    /cannot find -ltensorflow|undefined reference to `TFE?_/,
    'the libraries of TensorFlow must link: they do not; install TensorFlow anew, or another version.',
  ],
  [
    /gyp ERR! find Python/,
    'node-gyp must have a Python that it knows: it found none; name a Python from 3.8 on with --python.',
  ],
];

/** A sentence from the output of a failed build. */
export function explainBuild({ stdout, stderr, signal, problem }: Ended): string {
  const output = `${stdout}\n${stderr}`;
  const cause = CAUSES.find(([pattern]) => pattern.test(output));
  if (cause) return cause[1];
  if (problem) return `node-gyp must start: got ${problem}.`;
  const lines = output.split('\n').map((line) => line.trim());
  const told =
    lines.find((line) => /\berror: /i.test(line)) ??
    lines.find((line) => line.startsWith('gyp ERR! stack Error')) ??
    lines.filter(Boolean).at(-1);
  return `node-gyp must build it: got ${signal ? `the signal ${signal}` : `"${told ?? 'no output'}"`}.`;
}
