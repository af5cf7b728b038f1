import { heatmapSvg } from '../plots/heatmap';
import { principalComponents } from '../plots/principal-components';
import { scatterSvg } from '../plots/scatter';
import { measured } from '../robustness';
import type { PageBlock } from './page';
import { meanMatrix, type PooledPart, type ReportGroup } from './report-run';

/** So many samples of a part are drawn at most; more hide one another. */
const MOST_POINTS = 250;

/** The parts of a model on the two directions along which all of them vary most, by kind and by modality. */
export function partsBlocks({ runs }: ReportGroup): PageBlock[] {
  const run = runs.find(({ parts }) => parts.length > 0);
  if (!run) return [];
  const [{ dim }] = run.parts as readonly [PooledPart];
  const parts = run.parts.filter((part) => part.dim === dim && part.data.length > 0).map(thinned);
  const all = Float64Array.from(parts.flatMap(({ data }) => [...data]));
  if (all.length < 2 * dim) return [];
  const { points, explained } = principalComponents(all, dim);
  const owners = parts.flatMap(({ slot, modality, data }) =>
    Array.from({ length: data.length / dim }, () => ({ slot, modality })),
  );
  const slots = [...new Set(parts.map(({ slot }) => slot))];
  const modalities = [...new Set(parts.map(({ modality }) => modality as string))];
  const percent = (share: number) => `${Math.round(100 * share)} % of the variance`;
  const scatter = (title: string, panelOf: 'slot' | 'modality', panels: readonly string[], groups: readonly string[]) =>
    scatterSvg({
      title,
      xLabel: `first principal component, ${percent(explained[0])}`,
      yLabel: `second, ${percent(explained[1])}`,
      groups,
      panels: panels.map((panel) => ({
        title: panel,
        points: points.flatMap(([x, y], i) => {
          const owner = owners[i]!;
          if (owner[panelOf] !== panel) return [];
          return [{ x, y, group: panelOf === 'slot' ? owner.modality : owner.slot }];
        }),
      })),
      width: 860,
    });
  const who = runs.length > 1 ? ` Seed ${run.seed}.` : '';
  const common = `A point is a part of a sample, the mean of its tokens. Two directions show little of many: what lies together here can be apart in others.${who}`;
  if (slots.length === 1) {
    const svg = scatter('Parts, coloured by modality', 'slot', slots, modalities);
    return [{ kind: 'figure', wide: true, svg, caption: `The model has one kind of part. ${common}` }];
  }
  return [
    {
      kind: 'figure',
      wide: true,
      svg: scatter('Parts by kind, coloured by modality', 'slot', slots, modalities),
      caption: `Shared parts of all modalities should lie together, private parts apart; all panels have the same axes. ${common}`,
    },
    {
      kind: 'figure',
      wide: true,
      svg: scatter('Parts by modality, coloured by kind', 'modality', modalities, slots),
      caption:
        'The same points. Where the colours of a panel lie apart, the kinds of part are told apart by where they lie; where they mix, they may hold the same.',
    },
  ];
}

/** Evenly spaced samples where there are too many. */
function thinned(part: PooledPart): PooledPart {
  const { data, dim } = part;
  const count = data.length / dim;
  if (count <= MOST_POINTS) return part;
  const kept = Array.from({ length: MOST_POINTS }, (_, i) => Math.floor((i * count) / MOST_POINTS));
  return { ...part, data: Float32Array.from(kept.flatMap((row) => [...data.subarray(row * dim, (row + 1) * dim)])) };
}

/** The numbers of diagnostics, with what they mean. */
export function measuresBlocks({ runs }: ReportGroup, title: string): PageBlock[] {
  const known = runs.filter(({ measures }) => measures.length > 0);
  const [first] = known;
  if (!first) return [];
  const rows = first.measures.map(({ name, meaning }) => {
    const values = known
      .flatMap(({ measures }) => measures.filter((each) => each.name === name))
      .map(({ value }) => value);
    return [name, measured(values), meaning];
  });
  return [
    {
      kind: 'table',
      table: { title, columns: [{ title: 'measure' }, { title: 'value' }, { title: 'what it says' }], rows },
    },
  ];
}

/** R2 of each true factor from each part, as a mean over seeds. */
export function factorsBlocks({ runs }: ReportGroup): PageBlock[] {
  const found = runs.flatMap(({ factors }) => (factors ? [factors] : []));
  if (found.length === 0) return [];
  return [
    {
      kind: 'figure',
      wide: true,
      svg: heatmapSvg({
        ...meanMatrix(found),
        title: 'What each part tells of the true factors',
        rowLabel: 'part',
        columnLabel: 'R2 of the factors by a linear probe',
        domain: [0, 1],
        width: 860,
        note: '1: the part tells all of the factor. 0, or below: no more than the mean.',
      }),
      caption:
        'Probes are ridge regressions, fitted on the training split and scored on samples that they have not seen. Good parts: shared rows are dark under `shared` and pale under their own `private` factors (else private information leaks into the shared part); private rows the reverse (else shared information leaks into the private part). A noise part should be dark under `nuisance` alone. The cross factor is a product of private factors of two modalities: no linear probe of one part can find it.',
    },
  ];
}
