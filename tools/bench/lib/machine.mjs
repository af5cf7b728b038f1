import { cpus, totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const QUIET = 0.5;

/** How many cores were busy with anything while this process waited. */
export async function busyCores(ms = 400) {
  const sum = () => {
    const times = cpus().map(({ times }) => times);
    const idle = times.reduce((total, each) => total + each.idle, 0);
    return { idle, all: times.reduce((total, each) => total + Object.values(each).reduce((a, b) => a + b), 0) };
  };
  const before = sum();
  await setTimeout(ms);
  const after = sum();
  const all = after.all - before.all;
  return all === 0 ? 0 : (1 - (after.idle - before.idle) / all) * cpus().length;
}

/** Waits a little for other programs to come to rest, then tells how many cores they keep busy. */
export async function waitForQuiet() {
  let busy = await busyCores();
  for (let i = 0; i < 5 && busy > QUIET; i++) busy = await busyCores(1000);
  if (busy > QUIET)
    console.log(`Other programs keep ${busy.toFixed(1)} cores busy: times of two threads above all will be too long.`);
  return busy;
}

export function describeMachine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
