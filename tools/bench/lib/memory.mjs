import { contenders, settingsOf } from './settings.mjs';

const STEPS = 200;
const MOST_MS = 60_000;
const LONG = { workload: 'mosi', d: 64, steps: 2000 };

/** Peak memory of a training process of each side, and whether ours stays what it is over a long run. */
export async function measureMemory(bench, options) {
  const peaks = [];
  for (const { workload, d } of settingsOf(bench, options)) {
    const row = { workload, d, steps: null };
    for (const side of contenders(bench, { workload, d, size: 32, threads: 1 }, ['eager'])) {
      const peak = async () => (await side.ask('memory'))?.peak ?? null;
      await side.ask('step 1');
      row[`${side.name}FirstMb`] = await peak();
      const began = await side.ask('step 4');
      row.steps ??= Math.max(20, Math.min(STEPS, Math.floor(MOST_MS / began.ms.at(-1))));
      await side.ask(`step ${row.steps - 5}`);
      row[`${side.name}Mb`] = await peak();
      await side.close();
    }
    console.log(
      `${workload} memory d=${d}, ${row.steps} steps: trimodal ${row.trimodalMb.toFixed(0)} MB, torchEager ${row.torchEagerMb?.toFixed(0) ?? '-'} MB`,
    );
    peaks.push(row);
  }
  return { peaks, flatness: await flatness(bench) };
}

async function flatness(bench) {
  const { workload, d, steps } = LONG;
  const [side] = contenders(bench, { workload, d, size: 32, threads: 1 }, []);
  await side.ask(`step ${STEPS}`);
  const early = (await side.ask('memory')).now;
  await side.ask(`step ${steps - STEPS}`);
  const late = (await side.ask('memory')).now;
  await side.close();
  console.log(
    `${workload} memory d=${d}: ${early.toFixed(0)} MB after ${STEPS} steps, ${late.toFixed(0)} MB after ${steps}`,
  );
  return { workload, d, earlySteps: STEPS, earlyMb: early, lateSteps: steps, lateMb: late };
}
