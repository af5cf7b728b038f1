import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { type RunProgram, runProgram } from './run-program';

/** A TensorFlow that a Python has. */
export type TensorFlow = {
  readonly version: string;
  /** `site-packages/tensorflow`: libraries and headers lie in it. */
  readonly folder: string;
  /** The Python that found it. */
  readonly python: string;
  /** The CUDA that it was built for, such as "12.5.1"; undefined if for CPUs alone. */
  readonly cuda: string | undefined;
};

/** What the wheel of TensorFlow has to have, relative to its folder. */
export const LIBRARIES = { tensorflow: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' } as const;
const HEADERS = ['include/tensorflow/c/c_api.h', 'include/tensorflow/c/eager/c_api.h'];

/** Finds the package without importing it, which would take seconds; the current folder is no place for packages. */
const QUESTION = `
import importlib.util, json, sys
sys.path = [path for path in sys.path if path]
spec = importlib.util.find_spec("tensorflow")
folder, version = (list(spec.submodule_search_locations or [None])[0] if spec else None), None
if folder:
    from importlib import metadata
    for name in metadata.packages_distributions().get("tensorflow", []) if hasattr(metadata, "packages_distributions") else ["tensorflow", "tensorflow-cpu"]:
        try:
            version = version or metadata.version(name)
        except metadata.PackageNotFoundError:
            pass
print(json.dumps({"python": sys.executable, "folder": folder, "version": version}))
`;

export type PythonPlaces = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
};

/** The Pythons to ask, by preference: the active environment, one in this folder, those on the PATH. */
export function pythonCandidates({ env = process.env, cwd = process.cwd() }: PythonPlaces = {}): string[] {
  const environments = [env['VIRTUAL_ENV'], env['CONDA_PREFIX'], join(cwd, '.venv'), join(cwd, 'venv')];
  const onPath = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const files = [
    ...environments.flatMap((folder) => (folder ? [join(folder, 'bin', 'python')] : [])),
    ...['python3', 'python'].flatMap((name) => onPath.map((folder) => join(folder, name))),
  ];
  return [...new Set(files)].filter((file) => existsSync(file));
}

export type FindTensorFlowOptions = PythonPlaces & {
  /** This Python and no other: a path, or a name on the PATH. */
  readonly python?: string;
  readonly run?: RunProgram;
};

/**
 * Finds the TensorFlow of a Python: of the one that is named, else of the first that has one.
 *
 * @throws Error if there is none, with what each Python said; RangeError if the one that is found can't be linked against.
 */
export async function findTensorFlow({
  python,
  run = runProgram,
  ...places
}: FindTensorFlowOptions = {}): Promise<TensorFlow> {
  // asked from another folder; a bare name is looked for on the PATH
  const candidates = python ? [python.includes(sep) ? resolve(python) : python] : pythonCandidates(places);
  const asked = new Map<string, string>();
  for (const candidate of candidates) {
    const answer = await ask(candidate, run);
    if (typeof answer !== 'string') return checkTensorFlow(answer);
    asked.set(candidate, answer);
  }
  const told = [...asked].map(([candidate, answer]) => `${candidate}: ${answer}`).join('; ');
  throw new Error(
    `Cannot find TensorFlow as a Python must have it: got ${told || 'no Python'}; install it with pip install tensorflow, or with pip install "tensorflow[and-cuda]" for an NVIDIA GPU, or name its Python with --python.`,
  );
}

/** The TensorFlow of one Python, or why there is none. */
async function ask(python: string, run: RunProgram): Promise<TensorFlow | string> {
  const { code, stdout, stderr, problem } = await run(python, ['-c', QUESTION], { cwd: tmpdir(), timeout: 60_000 });
  if (code !== 0) return problem ?? (stderr.trim().split('\n').at(-1) || 'it was ended');
  const { folder, version, python: executable } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Answer;
  if (!folder) return 'no package tensorflow';
  if (!version) return `${folder} is no installed package: its version is not known`;
  return { version, folder, python: executable, cuda: cudaOf(folder) };
}

type Answer = { readonly folder: string | null; readonly version: string | null; readonly python: string };

/** The CUDA of a wheel, as the file that its build wrote says. */
function cudaOf(folder: string): string | undefined {
  const file = join(folder, 'python', 'platform', 'build_info.py');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  if (!/'is_cuda_build', True/.test(text)) return undefined;
  return /'cuda_version', '([^']+)'/.exec(text)?.[1] ?? 'of a version not told';
}

/** @throws RangeError if its major version isn't 2 or a library or header is missing. */
export function checkTensorFlow(tensorflow: TensorFlow): TensorFlow {
  const { version, folder, python } = tensorflow;
  if (!/^2\./.test(version)) {
    throw new RangeError(
      `Cannot link TensorFlow as its version must be 2.x, of which tfjs-node knows the C interface: got ${version} in ${folder}; install another with ${python} -m pip install "tensorflow<3".`,
    );
  }
  const missing = [...Object.values(LIBRARIES), ...HEADERS].filter((file) => !existsSync(join(folder, file)));
  if (missing.length) {
    throw new RangeError(
      `Cannot link TensorFlow ${version} as its wheel must have libraries and C headers: got ${folder} without ${missing.join(', ')}; install a newer one with ${python} -m pip install --upgrade tensorflow.`,
    );
  }
  return tensorflow;
}
