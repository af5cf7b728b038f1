import { isDisturbed } from './machine.mjs';

const CLOSE = 1e-4;

/** What we want of the numbers, each with what was measured; `reached` is undefined where the other side is missing. */
export function goalsOf({ step, infer, memory, profile, startup }) {
  return [
    ...(step ? [alike(step.result)] : []),
    ...faster('a training step', step?.result, 'PyTorch eager', 'torchEagerMs', 2),
    ...faster('a training step', step?.result, 'torch.compile', 'torchCompileMs', 1.8),
    ...faster('a prediction of one sample', ofSize(infer?.result, 1), 'PyTorch eager', 'torchEagerMs', 2.5),
    ...faster('a prediction of 64 samples', ofSize(infer?.result, 64), 'PyTorch eager', 'torchEagerMs', 1.6),
    ...(profile?.result ?? []).map(({ workload, d, plainMs, productsMs }) => {
      const goal = d >= 128 ? 0.75 : 0.65;
      return {
        goal: `${workload}, d=${d}: matrix products take at least ${100 * goal} % of a step`,
        measured: `${((100 * productsMs) / plainMs).toFixed(1)} %`,
        reached: productsMs >= goal * plainMs,
      };
    }),
    ...(memory?.result.peaks ?? []).map(({ workload, d, trimodalMb, torchEagerMb }) => ({
      goal: `${workload}, d=${d}: a training process takes no more memory than PyTorch's`,
      measured: `${trimodalMb.toFixed(0)} MB, ${torchEagerMb?.toFixed(0) ?? '-'} MB`,
      reached: torchEagerMb === null || torchEagerMb === undefined ? undefined : trimodalMb <= torchEagerMb,
    })),
    ...(memory ? [flat(memory.result.flatness)] : []),
    ...(startup?.result.compile ?? [])
      .filter(({ workload }) => workload === 'mosi')
      .map(({ ms }) => ({
        goal: 'the first step of DBR, compilation included, in less than 3 s',
        measured: `${(ms.median / 1000).toFixed(2)} s`,
        reached: ms.median < 3000,
      })),
    ...(startup
      ? [
          {
            goal: '`trimodal --help` in less than 300 ms',
            measured: `${startup.result.helpMs.median.toFixed(0)} ms`,
            reached: startup.result.helpMs.median < 300,
          },
        ]
      : []),
  ];
}

function alike(rows) {
  const differences = rows.map(({ lossDifference }) => lossDifference).filter((difference) => difference !== null);
  const largest = differences.length === 0 ? undefined : Math.max(...differences);
  return {
    goal: `the losses of both sides differ by less than ${CLOSE}`,
    measured: largest === undefined ? '-' : largest.toExponential(0),
    reached: largest === undefined ? undefined : largest < CLOSE,
  };
}

const ofSize = (rows, size) => rows?.filter(({ batch }) => batch === size);

/** Whether ours is `wanted` times as fast as theirs in every setting that nobody disturbed. */
function faster(what, rows = [], theirs, key, wanted) {
  const quiet = rows.filter((row) => !isDisturbed(row));
  const compared = quiet
    .filter((row) => row[key])
    .map((row) => ({ ...row, ratio: row[key] / row.trimodalMs }))
    .sort((a, b) => a.ratio - b.ratio);
  if (compared.length === 0) return [];
  const left = rows.length - quiet.length;
  const reached = compared.filter(({ ratio }) => ratio >= wanted).length;
  const name = ({ ratio, workload, d, threads }) =>
    `${ratio.toFixed(2)} (${workload}, d=${d}, ${threads === 1 ? '1 thread' : `${threads} threads`})`;
  return [
    {
      goal: `${what} at least ${wanted.toFixed(1)} times as fast as ${theirs}`,
      measured: `in ${reached} of ${compared.length} settings; from ${name(compared[0])} to ${name(compared.at(-1))}${left > 0 ? `; ${left} not counted, as other programs took the cores` : ''}`,
      reached: reached === compared.length,
    },
  ];
}

function flat({ earlySteps, earlyMb, lateSteps, lateMb }) {
  return {
    goal: `memory after ${lateSteps.toLocaleString('en')} steps is at most 5 % above that after ${earlySteps}`,
    measured: `${earlyMb.toFixed(0)} MB, ${lateMb.toFixed(0)} MB`,
    reached: lateMb <= 1.05 * earlyMb,
  };
}
