import * as tf from '@tensorflow/tfjs';
import { nearestName } from './nearest-name';
import { repairWasm } from './wasm-kernels';

/** Backends of TensorFlow.js that run in Node, fastest first. */
export const BACKENDS = ['node-gpu', 'node', 'wasm', 'cpu'] as const;

export type BackendName = (typeof BACKENDS)[number];

export type BackendChoice = {
  readonly backend: BackendName;
  /** Why this one, in a sentence for the user. */
  readonly reason: string;
  /** The faster ones that were not to be had, and why. */
  readonly tried: readonly { readonly name: BackendName; readonly error: string }[];
};

type Loader = (packageName: string) => Promise<unknown>;

type Recipe = { readonly tfName: string; readonly packageName?: string };

const RECIPES: Readonly<Record<BackendName, Recipe>> = {
  'node-gpu': { tfName: 'tensorflow', packageName: '@tensorflow/tfjs-node-gpu' },
  node: { tfName: 'tensorflow', packageName: '@tensorflow/tfjs-node' },
  wasm: { tfName: 'wasm', packageName: '@tensorflow/tfjs-backend-wasm' },
  cpu: { tfName: 'cpu' },
};

/**
 * Chooses where TensorFlow.js computes, sets it and waits until it is ready.
 *
 * The native packages and wasm are optional: each is imported only when asked for, and whatever goes wrong means that it
 * is not available here. On wasm the slow, missing and wrong kernels are repaired (see `repairWasm`).
 *
 * @param preference One backend, or 'auto' for the first of `BACKENDS` that works.
 * @param load How a package is imported; the default resolves from where this package lies.
 * @throws RangeError if there is no such backend, Error if the one asked for does not work here: it says why.
 * @example const { backend, reason } = await chooseBackend('auto');
 */
export async function chooseBackend(
  preference: BackendName | 'auto' = 'auto',
  load: Loader = (packageName) => import(/* @vite-ignore */ packageName),
): Promise<BackendChoice> {
  const known = ['auto', ...BACKENDS];
  if (!known.includes(preference)) {
    const nearest = nearestName(preference, known);
    throw new RangeError(
      `Cannot choose a backend as it must be one of ${known.join(', ')}: got ${preference}${nearest ? `; did you mean ${nearest}?` : '.'}`,
    );
  }
  tf.enableProdMode(); // else the cpu backend prints a banner
  if (preference !== 'auto') {
    try {
      await start(preference, load);
    } catch (cause) {
      throw new Error(refusal(preference, cause), { cause });
    }
    return { backend: preference, reason: `${preference} was asked for`, tried: [] };
  }
  const tried: { name: BackendName; error: string }[] = [];
  for (const name of BACKENDS) {
    try {
      await start(name, load);
      const reason = tried.length
        ? `${name} is the fastest that works here (not available: ${tried.map((attempt) => attempt.name).join(', ')})`
        : `${name} is the fastest`;
      return { backend: name, reason, tried };
    } catch (cause) {
      tried.push({ name, error: firstLine(cause) });
    }
  }
  throw new Error(
    `Cannot choose a backend as one must work: got ${tried.map(({ name, error }) => `${name}: ${error}`).join('; ')}.`,
  );
}

async function start(name: BackendName, load: Loader): Promise<void> {
  const { tfName, packageName } = RECIPES[name];
  if (tfName === 'tensorflow') await prepareNative();
  if (packageName) await load(packageName);
  if (!tf.findBackendFactory(tfName)) throw new Error(`${packageName} registered no backend ${tfName}`);
  if (!(await tf.setBackend(tfName))) throw new Error(`TensorFlow.js could not start its backend ${tfName}`);
  await tf.ready();
  if (name === 'wasm') repairWasm();
}

/** tfjs-node 4.22 calls a function that Node 23 removed, and TensorFlow writes to the terminal unless told not to. */
async function prepareNative(): Promise<void> {
  if (typeof process === 'undefined') throw new Error('the native backends need Node');
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const specifier = 'node:util';
  const { default: util } = (await import(/* @vite-ignore */ specifier)) as { default: Record<string, unknown> };
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}

function refusal(name: BackendName, cause: unknown): string {
  const { packageName } = RECIPES[name];
  const remedy = packageName ? `install it with npm install ${packageName}, or choose auto` : 'choose auto';
  return `Cannot use the backend ${name} as ${packageName ?? 'it'} must load and start: got "${firstLine(cause)}"; ${remedy}.`;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0]!.replace(/\.$/, '');
}
