import type { Tensor } from '@tensorflow/tfjs';
import { type CompiledFunction, type CompileOptions, compile } from '@trimodal/compiler';
import { Rng } from '@trimodal/core';
import type { Batch } from '@trimodal/data';
// the engine alone: the rest of the package reads files and keeps checkpoints
import { modelInputs, viewArrays } from '../../../packages/training/src/batch-inputs';
import { clipByGlobalNorm } from '../../../packages/training/src/clipping';
import { createCompiledStep } from '../../../packages/training/src/compiled-step';
import { adamW } from '../../../packages/training/src/optimizers';
import type { Workload } from './workload';

export type RunnerOptions = Pick<CompileOptions, 'threads' | 'session'> & { readonly d: number; readonly size: number };

/** Our side of a workload: each call is one step or prediction and gives the loss or the first prediction. */
export function createRunner(workload: Workload, { d, size, ...session }: RunnerOptions) {
  const { learningRate, weightDecay, clipNorm } = workload.training;
  const learner = workload.learner(d, true);
  const batch = workload.batch(size);
  const engineFor = (dropout: boolean) =>
    createCompiledStep({
      learner: dropout ? learner : workload.learner(d, false),
      optimizer: adamW({ weightDecay }),
      ...(clipNorm === null ? {} : { clip: clipByGlobalNorm(clipNorm) }),
      ...session,
    });
  let engine: ReturnType<typeof engineFor> | undefined;
  let plain: ReturnType<typeof engineFor> | undefined;
  let predictor: Promise<CompiledFunction> | undefined;
  const rng = new Rng(1);
  let steps = 0;
  const options = () => ({ learningRate, rng: rng.fork(`step-${steps++}`), apply: true });
  const arrays = viewArrays(batch.views[0]!);
  const feeds = Object.fromEntries(Object.entries(arrays).map(([name, { data }]) => [name, data]));
  const prediction = (inputs: Record<string, Tensor>) => ({
    prediction: learner.predict(modelInputs(batch.views[0]!, inputs)),
  });
  return {
    async step(of: Batch = batch): Promise<number> {
      engine ??= engineFor(true);
      return (await engine.step(of, options())).loss;
    },
    /** A step without dropout, of weights of its own. */
    async check(): Promise<number> {
      plain ??= engineFor(false);
      return (await plain.step(batch, options())).loss;
    },
    async infer(): Promise<number> {
      predictor ??= compile(prediction, { inputs: arrays, frozen: true, ...session });
      return (await (await predictor).run(feeds))['prediction']!.data[0]!;
    },
    dispose(): void {
      engine?.dispose();
      plain?.dispose();
    },
  };
}
