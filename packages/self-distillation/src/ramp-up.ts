/**
 * A factor that rises in a line from near 0 to 1 over the first steps: `min(1, step / steps)`; 1 if there are none.
 *
 * Steps count from 1, as those of the schedules do, so the first step has some of it. In a compiled step the factor must be an input of
 * the graph: what is computed from a step's number while tracing stays as it was then.
 *
 * Source: FSRF (arXiv 2510.16086) as we read it; ours.
 * @throws RangeError if `step` or `steps` is negative or no number.
 * @example rampUp(5, 20); // 0.25
 */
export function rampUp(step: number, steps: number): number {
  if (!(step >= 0 && steps >= 0)) {
    throw new RangeError(`Cannot ramp up as step and steps must not be negative: got step=${step}, steps=${steps}.`);
  }
  return steps === 0 ? 1 : Math.min(1, step / steps);
}
