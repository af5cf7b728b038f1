/** The loss is no longer a finite number, so the run can't go on. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}
