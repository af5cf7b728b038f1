import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BUNDLE, HERE } from './bundle.mjs';

/** Our side; see ours.mjs. Where it may have all cores, it says itself how many it takes. */
export function ours({ threads, ...setting }) {
  const wanted = threads === cpus().length ? 0 : threads;
  return contender('trimodal', process.execPath, join(HERE, 'ours.mjs'), {
    bundle: BUNDLE,
    threads: wanted,
    ...setting,
  });
}

/** PyTorch's side; see mirrors/run.py. */
export function torch(python, { compile = false, ...setting }) {
  const name = compile ? 'torchCompile' : 'torchEager';
  return contender(name, python, join(HERE, 'mirrors/run.py'), { compile, ...setting });
}

/** A process that does what it's told, one command at a time, and waits in between. */
function contender(name, program, script, setting) {
  const child = spawn(program, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  let problem = '';
  child.stderr.on('data', (text) => {
    problem += text;
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(setting)}\n`);
  return {
    name,
    /** The answer to a command, or undefined once the process has failed. */
    async ask(command) {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      if (problem) console.log(`${name} failed: ${problem.trim().split('\n').slice(-3).join(' | ')}`);
      problem = '';
      return undefined;
    },
    async close() {
      const ended = child.exitCode !== null || new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end('close\n');
      await ended;
    },
  };
}
