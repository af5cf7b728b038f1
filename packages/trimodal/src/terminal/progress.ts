import { stderr } from 'node:process';

/** Milliseconds between two lines where there is no terminal. */
const LINE_INTERVAL = 5_000;

export type ProgressLine = {
  /** Replaces the line that is there in a terminal; elsewhere prints a line now and then. */
  update(text: string): void;
  /** Prints a line that stays. */
  line(text: string): void;
  /** Takes the moving line away. */
  end(): void;
};

/** Progress on standard error: a line that moves in a terminal, plain lines elsewhere. */
export function progressLine(stream: NodeJS.WriteStream = stderr): ProgressLine {
  let lastLine = 0;
  const clear = () => {
    if (stream.isTTY) stream.write('\r\x1b[2K');
  };
  return {
    update(text) {
      if (stream.isTTY) {
        stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
      } else if (Date.now() - lastLine >= LINE_INTERVAL) {
        lastLine = Date.now();
        stream.write(`${text}\n`);
      }
    },
    line(text) {
      clear();
      stream.write(`${text}\n`);
    },
    end: clear,
  };
}
