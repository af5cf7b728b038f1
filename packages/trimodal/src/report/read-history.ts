import { existsSync, readFileSync } from 'node:fs';
import type { EpochPoint } from '@trimodal/experiments';
import type { StampedEvent } from '@trimodal/training';

/** The epochs in a run's log; of an epoch that was done again after an interruption, the later one. A torn line is passed over. */
export function readHistory(file: string): EpochPoint[] {
  if (!existsSync(file)) return [];
  const epochs = new Map<number, EpochPoint>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const event = parse(line);
    if (event?.type !== 'epoch') continue;
    const { epoch, loss, terms, metrics } = event;
    epochs.set(epoch, { epoch, loss, terms, metrics });
  }
  return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
}

function parse(line: string): StampedEvent | undefined {
  try {
    return JSON.parse(line) as StampedEvent;
  } catch {
    return undefined;
  }
}
