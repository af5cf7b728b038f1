import { cpus, totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const QUIET = 0.5;
/** Other programs may take this much of a core that we need. */
const SLACK = 0.25;
const PATIENCE_SECONDS = 20;

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

/** Whether other programs disturbed a measurement: one thread has a core of its own while another is free. */
export function isDisturbed({ threads, busyCores }) {
  return busyCores > QUIET && threads + busyCores > cpus().length + SLACK;
}

/** Waits for other programs to come to rest, longer where there is no core to spare, then tells how many they keep busy. */
export async function waitForQuiet(threads) {
  let busy = await busyCores();
  for (let i = 0; i < PATIENCE_SECONDS && isDisturbed({ threads, busyCores: busy }); i++) busy = await busyCores(1000);
  if (isDisturbed({ threads, busyCores: busy }))
    console.log(
      `Other programs keep ${busy.toFixed(1)} cores busy: times on ${threads} of ${cpus().length} will be too long.`,
    );
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
