import { linesSvg } from '../plots/lines';
import type { PageBlock, PageSection } from './page';
import type { EpochPoint, ReportGroup } from './report-run';

/** Two of them stand side by side. */
const SMALL = { width: 520, height: 330 };

/** How training went, epoch by epoch: loss, the score that chose the epoch, and each term of the objective. */
export function trainingSection(groups: readonly ReportGroup[]): PageSection {
  const runs = groups.flatMap(({ name, runs: seeds }) =>
    seeds
      .filter(({ history }) => history.length > 0)
      .map((run) => ({ ...run, label: seeds.length > 1 ? `${name} ${run.seed}` : name })),
  );
  const line = (run: (typeof runs)[number], value: (point: EpochPoint) => number) => {
    const chosen = run.history.find(({ epoch }) => epoch === run.selected.epoch);
    return {
      name: run.label,
      x: run.history.map(({ epoch }) => epoch),
      y: run.history.map(value),
      ...(chosen
        ? {
            highlight: { x: chosen.epoch, y: value(chosen), label: `${run.label}: epoch ${chosen.epoch} was selected` },
          }
        : {}),
    };
  };
  const metrics = [...new Set(runs.map(({ metric }) => metric))];
  const blocks: PageBlock[] = [
    {
      kind: 'figure',
      svg: linesSvg({
        title: 'Training loss',
        xLabel: 'epoch',
        yLabel: 'mean over the samples',
        ...SMALL,
        lines: runs.map((run) => line(run, ({ loss }) => loss)),
      }),
      caption: 'The whole objective as it was minimised. Losses of models with different objectives do not compare.',
    },
    ...metrics.map((metric): PageBlock => {
      const lines = runs
        .filter((run) => run.metric === metric)
        .map((run) => line(run, ({ metrics: found }) => found[metric]!));
      return {
        kind: 'figure',
        svg: linesSvg({ title: `Validation ${metric}`, xLabel: 'epoch', yLabel: metric, lines, ...SMALL }),
        caption: 'On the validation split after each epoch. The ring is the epoch that was selected.',
      };
    }),
    ...groups.flatMap(({ name, runs: [run] }): PageBlock[] => {
      const terms = Object.keys(run!.history[0]?.terms ?? {});
      if (terms.length < 2) return [];
      const lines = terms.map((term) => ({
        name: term,
        x: run!.history.map(({ epoch }) => epoch),
        y: run!.history.map(({ terms: found }) => found[term]!),
      }));
      return [
        {
          kind: 'figure',
          wide: true,
          svg: linesSvg({
            title: `Terms of the objective: ${name}, seed ${run!.seed}`,
            xLabel: 'epoch',
            yLabel: 'before its weight',
            lines,
            yDomain: [0, 0],
            width: 860,
            height: 420,
          }),
          caption:
            'Each term before its weight, as a mean over the epoch. A term that stays where it began was not learnt, or costs too little.',
        },
      ];
    }),
  ];
  return {
    title: 'Training',
    text: [
      'A loss that still falls where training ends asks for more epochs; a validation score that worsens while the loss falls asks for fewer, or for more regularisation.',
    ],
    blocks: runs.length > 0 ? blocks : [],
  };
}
