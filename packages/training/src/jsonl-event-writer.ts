import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { StampedEvent } from './events';

/**
 * Writes events to a file, one JSON object a line, each handed to the operating system at once; pass `write` as `onEvent`.
 *
 * The first event decides what stays of an earlier run's lines: those with a smaller number. So the log of a resumed run reads as if
 * it had never been interrupted, and a line that was torn by a crash goes.
 */
export class JsonlEventWriter {
  private readonly descriptor: number;
  private started = false;

  constructor(private readonly path: string) {
    this.descriptor = openSync(path, 'a');
  }

  readonly write = (event: StampedEvent): void => {
    if (!this.started) ftruncateSync(this.descriptor, lengthBefore(readFileSync(this.path), event.sequence));
    this.started = true;
    writeSync(this.descriptor, `${JSON.stringify(event)}\n`);
    if (event.type !== 'step') fsyncSync(this.descriptor);
  };

  close(): void {
    closeSync(this.descriptor);
  }
}

/** How many bytes of a log hold whole events with numbers below `sequence`. */
function lengthBefore(log: Buffer, sequence: number): number {
  let start = 0;
  for (let end = log.indexOf(10); end >= 0; end = log.indexOf(10, start)) {
    try {
      const event = JSON.parse(log.toString('utf8', start, end)) as { sequence?: unknown };
      if (!(typeof event.sequence === 'number' && event.sequence < sequence)) break;
    } catch {
      break;
    }
    start = end + 1;
  }
  return start;
}
