import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendChoice } from '../engine';
import { SYNTHETIC } from '../open-data';
import { evaluate } from './evaluate';
import { train } from './train';

export type DemoOptions = { readonly out?: string; readonly backend?: BackendChoice };

/**
 * `trimodal demo`: trains DBR on data whose true factors are known, then takes parts of the data away.
 *
 * @returns Whether it came to its end.
 */
export async function demo({
  out = mkdtempSync(join(tmpdir(), 'trimodal-demo-')),
  backend,
}: DemoOptions): Promise<boolean> {
  console.log('DBR on a synthetic benchmark of which the true factors are known.\n');
  const result = await train('dbr', {
    data: SYNTHETIC,
    out,
    set: ['training.maxEpochs=12'],
    ...(backend ? { backend } : {}),
  });
  if (!result) return false;
  console.log('\nHow it does when steps of text, audio and vision go missing:\n');
  await evaluate(out, {
    data: SYNTHETIC,
    missing: 'frame-uniform',
    rates: '0,0.1,...,0.9',
    ...(backend ? { backend } : {}),
  });
  return true;
}
