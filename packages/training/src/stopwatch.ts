/** How long steps and validations take, and so how long the run will. */
export class Stopwatch {
  private lapStart = performance.now();
  private stepMean = 0;
  private steps = 0;
  private validationMs = 0;

  /** A running mean, the newest step weighing a tenth; the first step, which compiles, is forgotten once there is another. */
  get msPerStep(): number {
    return this.stepMean;
  }

  restart(): void {
    this.lapStart = performance.now();
  }

  step(): void {
    const ms = this.lap();
    this.steps += 1;
    this.stepMean = this.steps <= 2 ? ms : 0.9 * this.stepMean + 0.1 * ms;
  }

  /** @returns The milliseconds that the validation took. */
  validation(): number {
    this.validationMs = this.lap();
    return this.validationMs;
  }

  msLeft(steps: number, validations: number): number {
    return steps * this.msPerStep + validations * this.validationMs;
  }

  private lap(): number {
    const start = this.lapStart;
    this.restart();
    return this.lapStart - start;
  }
}
