import { spawn } from 'node:child_process';

export type Ended = {
  /** The exit code; undefined if the program could not be started or a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started. */
  readonly problem: string | undefined;
};

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until it is ended. */
  readonly timeout?: number;
};

export type RunProgram = (program: string, args: readonly string[], options?: RunOptions) => Promise<Ended>;

/** Runs a program without a shell and gathers what it prints; never rejects. */
export const runProgram: RunProgram = (program, args, { cwd, env, timeout } = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd ? { cwd } : {}),
      ...(timeout ? { timeout } : {}),
      env: { ...process.env, ...env },
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        texts[name] += chunk;
      });
    }
    child.once('error', ({ message }) => resolve({ code: undefined, signal: undefined, ...texts, problem: message }));
    child.once('close', (code, signal) =>
      resolve({ code: code ?? undefined, signal: signal ?? undefined, ...texts, problem: undefined }),
    );
  });
