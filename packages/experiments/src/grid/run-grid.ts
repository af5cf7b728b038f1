/** How a job of a grid ended; those that an abort kept from starting, or from ending, are `stopped`. */
export type GridOutcome<J, R> =
  | { readonly status: 'done'; readonly job: J; readonly value: R }
  | { readonly status: 'failed'; readonly job: J; readonly error: Error }
  | { readonly status: 'stopped'; readonly job: J };

export type RunGridOptions<J, R> = {
  /** In the order in which they are started. */
  readonly jobs: readonly J[];
  /** Jobs that run at once. */
  readonly concurrency: number;
  /** Runs a job; undefined if it was stopped by the signal. */
  readonly run: (job: J, signal: AbortSignal) => Promise<R | undefined>;
  /** After it no job is started; those that run are waited for. */
  readonly signal?: AbortSignal;
  readonly onStart?: (job: J) => void;
  readonly onEnd?: (outcome: GridOutcome<J, R>) => void;
};

/**
 * Runs jobs, so many at a time. One that fails doesn't stop the others.
 *
 * @returns An outcome for each job, in their order.
 * @throws RangeError unless `concurrency` is a positive integer.
 */
export async function runGrid<J, R>(options: RunGridOptions<J, R>): Promise<GridOutcome<J, R>[]> {
  const { jobs, concurrency, run, signal = new AbortController().signal, onStart, onEnd } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`Cannot run jobs as their number at a time must be a positive integer: got ${concurrency}.`);
  }
  const outcomes = new Array<GridOutcome<J, R>>(jobs.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index]!;
      outcomes[index] = signal.aborted ? { status: 'stopped', job } : await runOne(job);
    }
  };
  const runOne = async (job: J): Promise<GridOutcome<J, R>> => {
    onStart?.(job);
    const outcome = await run(job, signal).then(
      (value): GridOutcome<J, R> => (value === undefined ? { status: 'stopped', job } : { status: 'done', job, value }),
      (error: Error): GridOutcome<J, R> => ({ status: 'failed', job, error }),
    );
    onEnd?.(outcome);
    return outcome;
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, jobs.length) }, worker));
  return outcomes;
}
