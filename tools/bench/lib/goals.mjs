import { isDisturbed } from './machine.mjs';

const CLOSE = 1e-4;

/** What we want of the numbers, each with what was measured; `reached` is undefined where the other side is missing. */
export function goalsOf({ step, infer, memory, profile, startup }) {
  return [
    ...(step ? [alike(step.result)] : []),
    ...fasterThanPyTorch('a training step', step?.result ?? []),
    ...fasterThanPyTorch('a prediction', infer?.result ?? []),
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

function fasterThanPyTorch(what, rows) {
  const quiet = rows.filter((row) => !isDisturbed(row));
  const compared = quiet
    .map((row) => ({ ...row, ratio: (fasterTorch(row) ?? Number.NaN) / row.trimodalMs }))
    .filter(({ ratio }) => Number.isFinite(ratio))
    .sort((a, b) => a.ratio - b.ratio);
  if (compared.length === 0) return [];
  const left = rows.length - quiet.length;
  const [least] = compared;
  const reached = compared.filter(({ ratio }) => ratio >= 1).length;
  const where = `${least.workload}, d=${least.d}, batch ${least.batch}, ${least.threads === 1 ? '1 thread' : `${least.threads} threads`}`;
  return [
    {
      goal: `${what} takes no longer than PyTorch's, eager or compiled, whichever is faster`,
      measured: `in ${reached} of ${compared.length} settings; the least: ${least.ratio.toFixed(2)} times as fast (${where})${left > 0 ? `; ${left} not counted, as other programs took the cores` : ''}`,
      reached: reached === compared.length,
    },
  ];
}

/** The faster of PyTorch's two, or null if neither ran. */
export function fasterTorch({ torchEagerMs, torchCompileMs }) {
  const ran = [torchEagerMs, torchCompileMs].filter((ms) => ms !== null);
  return ran.length === 0 ? null : Math.min(...ran);
}

function flat({ earlySteps, earlyMb, lateSteps, lateMb }) {
  return {
    goal: `memory after ${lateSteps.toLocaleString('en')} steps is at most 5 % above that after ${earlySteps}`,
    measured: `${earlyMb.toFixed(0)} MB, ${lateMb.toFixed(0)} MB`,
    reached: lateMb <= 1.05 * earlyMb,
  };
}
