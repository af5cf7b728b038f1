import { fileURLToPath } from 'node:url';
import type { StampedEvent } from '@trimodal/training';

/** Set for a process that trains one run of an experiment: it tells its parent how far it is, and doesn't outlive it. */
export const WORKER = 'TRIMODAL_WORKER';

/** The program that a worker runs; from the sources as from the bundle. */
export const CLI = fileURLToPath(new URL('../bin/trimodal.js', import.meta.url));

/** What a worker tells. */
export type WorkerMessage = {
  readonly epoch: number;
  readonly step: number;
  /** The validation scores of an epoch that has just ended. */
  readonly metrics?: Readonly<Record<string, number>>;
};

/** Milliseconds between two steps that are told. */
const INTERVAL = 500;

/**
 * The line to the process that started this one as a worker; nothing where there is none.
 *
 * @param stop Called when the parent is gone: what it wanted done has no one to use it, and it may start again in the same folder.
 */
export function parentLine(stop: () => void): { onEvent: (event: StampedEvent) => void; close: () => void } {
  if (!process.env[WORKER]) return { onEvent: () => {}, close: () => {} };
  process.once('disconnect', stop);
  if (!process.connected) stop();
  let last = 0;
  const send = (message: WorkerMessage) => {
    if (process.connected) process.send?.(message);
  };
  return {
    onEvent(event) {
      if (event.type === 'epoch') send({ epoch: event.epoch, step: event.step, metrics: event.metrics });
      if (event.type === 'step' && Date.now() - last > INTERVAL) {
        last = Date.now();
        send({ epoch: event.epoch, step: event.step });
      }
    },
    close() {
      process.removeListener('disconnect', stop);
      if (process.connected) process.disconnect();
    },
  };
}
