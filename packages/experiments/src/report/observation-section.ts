import { curvesSvg } from '../plots/curves';
import { heatmapSvg } from '../plots/heatmap';
import { measured } from '../robustness';
import type { PageBlock } from './page';
import { type LabelledMatrix, meanMatrix, type ReportGroup } from './report-run';

type Meaning = { readonly title: string; readonly axis: string; readonly caption: string };
type MatrixMeaning = Meaning & { readonly rowLabel: string; readonly columnLabel: string };

/** What each weight says; a tensor that isn't named here is shown by its path. */
const WEIGHTS: Readonly<Record<string, Meaning>> = {
  'fusion.weights': {
    title: 'What the fusion weighs',
    axis: 'mean weight',
    caption:
      'How much each part counts in the fused representation; the weights of a sample sum to 1. A line that falls as steps go missing is a part that the model trusts less; flat lines mean that it does not look at what is missing.',
  },
  'fusion.branches': {
    title: 'Shared or private: what BRF weighs',
    axis: 'mean weight',
    caption:
      'The weights by which the shared and the private branch are united, sample by sample; they sum to 1. Near 0.5 both count alike, near 1 a branch decides alone.',
  },
  'fusion.gates': {
    title: 'Gates of the fusion',
    axis: 'mean gate',
    caption: 'How much of each part passes its gate, as a mean over channels: 0 nothing, 1 all of it.',
  },
  'sharedBranch.gates': {
    title: 'Temporal or structural: the gate of TSF',
    axis: 'share of the temporal path',
    caption:
      'The share that the temporal path has in the shared part, as a mean over channels and steps: 1 is order alone, 0 is relations between tokens alone.',
  },
  transfer: {
    title: 'Who teaches whom as steps go missing',
    axis: 'mean weight',
    caption:
      'The weights by which the whole view and the incomplete one would teach each other in self-distillation; 1 each where both are equally good. They follow the error of each view, by the labels of the split, and the share of steps that it has.',
  },
};

const MATRICES: Readonly<Record<string, MatrixMeaning>> = {
  'privateBranch.borrow': {
    title: 'Borrowing (AGPR)',
    axis: 'gate',
    rowLabel: 'borrows',
    columnLabel: 'from',
    caption:
      'How far the gate is open by which the modality of a row borrows from that of a column, over samples that have both. 0 is nothing; the most that it may is the `maxBorrow` of the configuration.',
  },
  'parts.routing.shared': {
    title: 'Shared experts: loads',
    axis: 'load',
    rowLabel: 'tokens of',
    columnLabel: 'expert',
    caption:
      'How much each expert of the shared bank counts, by the modality of the tokens; rows sum to 1. Rows that are alike: experts serve all modalities; a column near 0: an expert that is not used.',
  },
  'parts.routing.private': {
    title: 'Private experts: loads',
    axis: 'load',
    rowLabel: 'bank of',
    columnLabel: 'expert',
    caption:
      "How much each expert of a modality's own bank counts; rows sum to 1. Experts of two rows are not the same ones. A 1 among zeros: the bank has collapsed to one expert.",
  },
};

/** What a model weighs, by the rate of missing steps; nothing for what it doesn't have. */
export function observationBlocks({ name, runs }: ReportGroup): PageBlock[] {
  const observed = runs.filter(({ observations }) => observations.length > 0);
  const [first] = observed;
  if (!first) return [];
  const rates = first.observations.map(({ rate }) => rate);
  const at = (rate: number) => observed.map(({ observations }) => observations.find((each) => each.rate === rate)!);
  const paths = Object.keys(first.observations[0]!.weights);
  const weights = paths.map((path, index): PageBlock => {
    const isAlone = index === paths.length - 1 && index % 2 === 0; // nothing stands beside it

    const meaning = WEIGHTS[path] ?? { title: `\`${path}\``, axis: 'mean', caption: 'A mean over the samples.' };
    const parts = Object.keys(first.observations[0]!.weights[path]!);
    const series = parts.map((part) => {
      const seeds = observed.map(({ observations }) => observations.map((each) => each.weights[path]![part]!));
      const points = rates.map((_, i) => measured(seeds.map((row) => row[i]!)));
      return {
        name: part,
        x: rates,
        mean: points.map(({ mean }) => mean),
        std: points.map(({ std }) => std ?? 0),
        seeds,
      };
    });
    return {
      kind: 'figure',
      wide: isAlone,
      svg: curvesSvg({
        title: meaning.title.replaceAll('`', ''),
        xLabel: 'rate of missing steps',
        yLabel: meaning.axis,
        series,
        yDomain: [0, 0],
        ...(isAlone ? { width: 860, height: 360 } : { width: 520, height: 330 }),
      }),
      caption: meaning.caption,
    };
  });
  const ends = [...new Set([rates[0]!, rates.at(-1)!])];
  const matrices = Object.keys(first.observations[0]!.matrices).flatMap((path) => {
    const found = ends.map((rate) => ({ rate, matrix: meanMatrix(at(rate).map((each) => each.matrices[path]!)) }));
    return matrixBlocks(path, found, name);
  });
  return [...weights, ...matrices];
}

function matrixBlocks(
  path: string,
  found: readonly { rate: number; matrix: LabelledMatrix }[],
  name: string,
): PageBlock[] {
  const { title, rowLabel, columnLabel, caption } = MATRICES[path] ?? {
    title: path,
    rowLabel: '',
    columnLabel: '',
    caption: `A mean over the samples, of ${name}.`,
  };
  const most = Math.max(...found.flatMap(({ matrix }) => matrix.values.flat().map((value) => value ?? 0)));
  return found.map(({ rate, matrix }) => ({
    kind: 'figure',
    svg: heatmapSvg({
      ...matrix,
      title: `${title}, ${rate === 0 ? 'nothing missing' : `${Math.round(rate * 100)} % missing`}`,
      rowLabel,
      columnLabel,
      domain: [0, most || 1],
      width: 520,
    }),
    caption: rate === found[0]!.rate ? caption : 'The same with steps missing, on the same colours.',
  }));
}
