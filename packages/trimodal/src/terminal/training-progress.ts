import { stderr } from 'node:process';
import type { StampedEvent } from '@trimodal/training';
import { colorsFor } from './colors';
import { progressLine } from './progress';
import { duration, score } from './table';

/** Shows the events of a training run as they come: a moving line for steps, a lasting one for each epoch. */
export function trainingProgress(
  maxEpochs: number,
  stream: NodeJS.WriteStream = stderr,
): { onEvent: (event: StampedEvent) => void; note: (text: string) => void; end: () => void } {
  const line = progressLine(stream);
  const colors = colorsFor(stream);
  const width = String(maxEpochs).length;
  return {
    end: line.end,
    note: line.line,
    onEvent(event) {
      switch (event.type) {
        case 'run-start':
          for (const refused of event.refused) line.line(colors.yellow(`checkpoint refused: ${refused}`));
          if (event.resumedFrom) line.line(`going on from ${event.resumedFrom.checkpoint}`);
          return;
        case 'step': {
          const left = event.msLeft === undefined ? '' : `, ${duration(event.msLeft / 1000)} left`;
          line.update(
            `epoch ${event.epoch}/${maxEpochs}, step ${event.step}: loss ${score(event.loss)}, ${event.msPerStep.toFixed(1)} ms a step${left} (${terms(event.terms)})`,
          );
          return;
        }
        case 'epoch':
          line.line(
            `epoch ${String(event.epoch).padStart(width)}  loss ${score(event.loss)}  valid ${terms(event.metrics, ['mae', 'corr', 'f1NonZero', 'accuracy', 'f1Macro'])}  lr ${event.learningRate.toExponential(1)}${event.isBest ? colors.green('  best so far') : ''}`,
          );
          return;
        default:
      }
    },
  };
}

function terms(values: Readonly<Record<string, number>>, only?: readonly string[]): string {
  return Object.entries(values)
    .filter(([name]) => only?.includes(name) ?? true)
    .map(([name, value]) => `${name} ${score(value)}`)
    .join(' ');
}
