import type { StampedEvent } from '@trimodal/training';

/**
 * How long a run has taken in all the processes that worked on it, from its log: each from its `run-start` to the last event that
 * counts, and the last of them until `now` (milliseconds since 1970). What was lost by a kill isn't counted.
 */
export function runSeconds(log: string, now: number): number {
  const events = log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Pick<StampedEvent, 'type' | 'time'>);
  let total = 0;
  let start = 0;
  let last = 0;
  for (const { type, time } of events) {
    const at = Date.parse(time);
    if (type === 'run-start') {
      total += last - start;
      start = at;
    }
    last = at;
  }
  return (total + now - start) / 1000;
}
