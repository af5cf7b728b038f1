import { waitForQuiet } from './machine.mjs';
import { contenders } from './settings.mjs';
import { quartiles, spreadText } from './statistics.mjs';

/**
 * Seconds of one epoch of DBR over a feature file of the shapes of mosi.pkl. Ours makes its batches on the way, steps missing anew
 * each epoch; PyTorch's lie ready in memory, which costs it nothing.
 */
export async function measureEpochs(bench, { data, threads, rounds }) {
  const batches = [...(await bench.openEpochs(data))(0)];
  const results = [];
  for (const count of threads) {
    const busyCores = await waitForQuiet(count);
    const setting = { workload: 'mosi', d: 64, size: 32, threads: count, data };
    const sides = contenders(bench, setting, ['eager', 'compile'], batches);
    const losses = {};
    const seconds = Object.fromEntries(sides.map(({ name }) => [name, []]));
    for (const side of sides) losses[side.name] = (await side.ask('epoch 1'))?.values[0] ?? null; // compiles
    for (let round = 0; round < rounds; round++) {
      for (const { name, ask } of sides) seconds[name].push(((await ask('epoch 1'))?.ms[0] ?? Number.NaN) / 1000);
    }
    for (const side of sides) await side.close();
    const spread = Object.fromEntries(Object.entries(seconds).map(([name, values]) => [name, quartiles(values)]));
    const result = { threads: count, batches: batches.length, spread, firstEpochLoss: losses, busyCores };
    const texts = Object.entries(spread).map(([name, values]) => `${name} ${spreadText(values, 's', 2)}`);
    console.log(`mosi epoch of ${batches.length} batches, threads=${count}: ${texts.join(', ')}`);
    results.push(result);
  }
  return results;
}
