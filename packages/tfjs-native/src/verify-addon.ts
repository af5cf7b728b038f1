import { fileURLToPath } from 'node:url';
import { type Ended, type RunProgram, runProgram } from './run-program';

/** What a process that loaded the addon found. */
export type Findings = {
  readonly backend: string;
  /** The version that the library says it has. */
  readonly tensorflow: string;
  /** Whether it computes on a GPU. */
  readonly gpu: boolean;
  /** Of a small network as it trains, and what they are on plain JavaScript. */
  readonly losses: readonly number[];
  readonly expected: readonly number[];
  /** Billions of operations a second in a product of matrices. */
  readonly gflops: number;
};

/** How far a loss may be from that of plain JavaScript: a GPU may compute products in TF32. */
const TOLERANCE = { cpu: 1e-4, gpu: 1e-2 } as const;

const TIMEOUT = 180_000;

/**
 * Loads a linked package in a process of its own and trains a small network: the losses must be those of plain JavaScript.
 *
 * @param packageFolder The folder of tfjs-node or tfjs-node-gpu.
 * @throws Error if it doesn't load, ends the process or computes something else, with what to do.
 */
export async function verifyAddon(packageFolder: string, run: RunProgram = runProgram): Promise<Findings> {
  const program = fileURLToPath(new URL('./verify-child.js', import.meta.url));
  const ended = await run(process.execPath, [program, packageFolder], {
    env: { TF_CPP_MIN_LOG_LEVEL: process.env['TF_CPP_MIN_LOG_LEVEL'] ?? '2' },
    timeout: TIMEOUT,
  });
  if (ended.code !== 0) throw new Error(`Cannot use the addon as ${explainLoading(ended)}`);
  const findings = JSON.parse(ended.stdout.trim().split('\n').at(-1)!) as Findings;
  checkFindings(findings);
  return findings;
}

/** @throws Error if it computed somewhere else or something else. */
export function checkFindings({ backend, gpu, losses, expected }: Findings): void {
  if (backend !== 'tensorflow') {
    throw new Error(`Cannot use the addon as it must set the backend tensorflow: got ${backend}.`);
  }
  const tolerance = TOLERANCE[gpu ? 'gpu' : 'cpu'];
  const wrong = expected.findIndex((loss, i) => !(Math.abs(losses[i]! / loss - 1) <= tolerance));
  if (wrong < 0 && expected.length > 0 && losses.at(-1)! < losses[0]!) return;
  const at = Math.max(wrong, 0);
  throw new Error(
    `Cannot use the addon as a small network must train as on plain JavaScript: got the loss ${losses[at]} instead of ${expected[at]} at step ${at + 1}; try another version of TensorFlow, or TF_ENABLE_ONEDNN_OPTS=0.`,
  );
}

const CAUSES: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /native addon module \(\w+\.node\) can not be found/,
    () => 'it must be there: the package has none, as its install script did not run; trimodal backend link builds it.',
  ],
  [
    /(lib(?:tensorflow|cu|nv)[\w.-]*): cannot open shared object file/,
    ([, library]) =>
      `${library} must be found: it is not; if TensorFlow was moved or removed, install it and link again.`,
  ],
  [
    /version `(GLIBC(?:XX)?_[\d.]+)' not found/,
    ([, version]) =>
      `this system must have ${version}, which TensorFlow was built with: it has not; take an older TensorFlow or a newer system.`,
  ],
  [
    /undefined symbol: (\S+)/,
    ([, symbol]) =>
      `its TensorFlow must have what it was built against: got no ${symbol}; link again, or take another version.`,
  ],
  [
    /Cannot find module '(@?[^']+)'/,
    ([, name]) => `${name} must be installed: it is not; install the package anew with npm install --ignore-scripts.`,
  ],
];

const SIGNALS: Readonly<Record<string, string>> = {
  SIGILL: 'TensorFlow must run on this processor: it stopped at an instruction that it does not have (AVX?).',
  SIGSEGV: 'TensorFlow must start: the process crashed; try another version of TensorFlow.',
  SIGKILL: 'there must be memory for TensorFlow: the process was killed.',
  SIGTERM: `it must train within ${TIMEOUT / 1000} s: it did not.`,
};

/** A sentence from the output of a process that couldn't use the addon. */
export function explainLoading({ stderr, signal, code, problem }: Ended): string {
  if (signal) return SIGNALS[signal] ?? `the process must end by itself: got the signal ${signal}.`;
  for (const [pattern, explain] of CAUSES) {
    const match = pattern.exec(stderr);
    if (match) return explain(match);
  }
  const lines = stderr.split('\n').map((line) => line.trim());
  const told = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.filter(Boolean).at(-1);
  return `it must load: got "${told ?? problem ?? `exit code ${code}`}".`;
}
