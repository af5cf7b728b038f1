import type { Split } from '@trimodal/data';
import {
  betterOf,
  curveSeries,
  curvesSvg,
  factorsBlocks,
  measuresBlocks,
  observationBlocks,
  type Page,
  type PageBlock,
  type PageSection,
  partsBlocks,
  type ReportPart,
  type ReportRun,
  type Robustness,
  type RunGroup,
  resultsSection,
  trainingSection,
} from '@trimodal/experiments';
import { presets } from '@trimodal/models';
import { provenanceNotes } from '../provenance-notes';
import { presetRun } from '../recipes';
import type { RunResult } from '../run-result';
import { duration } from '../terminal/table';
import { readVersion } from '../version';
import { type ConfigDifference, configDifferences } from './config-difference';

type Group = RunGroup<ReportRun & { readonly result: RunResult }>;

export type ReportPageOptions = {
  readonly groups: readonly Group[];
  /** Tables and curves under missing data, as `trimodal robustness` makes them. */
  readonly tables: readonly ReportPart[];
  readonly curves: readonly Robustness[];
  readonly split: Split;
  readonly rates: readonly number[];
  /** As it was named on the command line. */
  readonly source: string;
  readonly unfinished: readonly string[];
};

const SPLIT_NAMES: Record<Split, string> = { train: 'training', valid: 'validation', test: 'test' };

/** The page of `trimodal report`; what no model has is left out. */
export function reportPage(options: ReportPageOptions): Page {
  const { groups, split, source, unfinished } = options;
  const runs = groups.flatMap((group) => group.runs);
  const { data } = runs[0]!.result;
  const name = fileName(source);
  const seeds = (count: number) => (count === 1 ? '1 seed' : `${count} seeds`);
  return {
    title: `${listed(groups.map((group) => group.name))} on ${name}`,
    lead: [
      `${groups.map((group) => `${group.name}: ${seeds(group.runs.length)}`).join('; ')}. ${counted(data.sizes)}.`,
      `Curves and the inside of models are shown on the ${SPLIT_NAMES[split]} split (${data.sizes[split]} samples).${split === 'test' ? ' Choose nothing by them: that is what the validation split is for.' : ' The test split is in the table of results alone.'}`,
      ...(unfinished.length > 0
        ? [`Left out, as they are not finished: ${unfinished.map((path) => `\`${path}\``).join(', ')}.`]
        : []),
    ],
    sections: [
      resultsSection(
        groups,
        provenanceNotes(
          runs.map(({ result }) => result),
          'test',
        ),
      ),
      trainingSection(groups),
      robustnessSection(options),
      ...groups.flatMap((group) => insideSection(group, split)),
      reproductionSection(groups, source),
    ],
    footer: `Made by trimodal ${readVersion()}. One file without scripts: it opens offline, and prints.`,
  };
}

function robustnessSection({ tables, curves, split }: ReportPageOptions): PageSection {
  return {
    title: 'Robustness',
    text: [
      `Each observed step of each modality is dropped with the probability of the rate, on the ${SPLIT_NAMES[split]} split; every model and seed loses the same steps. A good model starts well, and falls late and little. AUILC is the area under the curve.`,
    ],
    blocks: [
      ...curves.flatMap((each): PageBlock[] => {
        if (each.conditions.length < 2) return [];
        const { metric } = each;
        const svg = curvesSvg({
          title: `${metric} as steps go missing`,
          xLabel: 'rate of missing steps',
          yLabel: metric,
          series: curveSeries(each),
          width: 520,
          height: 330,
        });
        return [
          {
            kind: 'figure',
            svg,
            caption: `\`${metric}\`: ${betterOf(metric) === 'low' ? 'lower' : 'higher'} is better.`,
          },
        ];
      }),
      ...tables.flatMap(({ table }): PageBlock[] => (table ? [{ kind: 'table', table: { ...table, notes: [] } }] : [])),
    ],
  };
}

function insideSection(group: Group, split: Split): PageSection[] {
  const looks = observationBlocks(group);
  const parts = partsBlocks(group);
  const balance = measuresBlocks(group, 'How the two branches share the work (validation split)');
  const factors = factorsBlocks(group);
  const sections: PageSection[] = [
    {
      title: 'What it looks at',
      text: [`Means over the ${SPLIT_NAMES[split]} split, as steps go missing.`],
      blocks: looks,
    },
    {
      title: 'What its parts hold',
      text: [
        'Shared parts should hold what the modalities have in common, private parts what is their own. Whole data.',
      ],
      blocks: [...factors, ...parts, ...balance],
    },
  ].filter(({ blocks }) => blocks.length > 0);
  return sections.length > 0 ? [{ title: `Inside ${group.name}`, sections }] : [];
}

function reproductionSection(groups: readonly Group[], source: string): PageSection {
  return {
    title: 'How to do it again',
    text: [
      'Everything that the numbers depend on. With the same data, configuration, seed and backend, the commands give the same bits.',
    ],
    sections: groups.map((group): PageSection => {
      const { config, architecture, versions, backend, data, numParameters } = group.runs[0]!.result;
      const differences = Object.hasOwn(presets, architecture)
        ? configDifferences(presetRun(architecture as keyof typeof presets, config.seed), config)
        : undefined;
      const facts: [string, string][] = [
        ['architecture', architecture],
        ['parameters', numParameters.toLocaleString('en')],
        ['data', `${fileName(data.source)}, SHA-256 \`${data.hash}\``],
        ['computed on', `${backend.name}: ${backend.reason}`],
        [
          'versions',
          Object.entries(versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', '),
        ],
        ...group.runs.map(({ result }): [string, string] => [
          `seed ${result.seed}`,
          `${result.selected.why}: epoch ${result.selected.epoch}; ${result.msPerStep.toFixed(1)} ms a step, ${duration(result.seconds)} in all`,
        ]),
      ];
      return {
        title: group.name,
        blocks: [
          { kind: 'facts', facts },
          ...(differences && differences.length > 0 ? [differenceTable(architecture, differences)] : []),
          {
            kind: 'code',
            title: 'Commands',
            code: group.runs.map((run) => commandsOf(run, differences, source)).join('\n'),
          },
          { kind: 'code', title: 'The whole configuration', code: JSON.stringify(config, null, 2), folded: true },
        ],
      };
    }),
  };
}

function differenceTable(architecture: string, differences: readonly ConfigDifference[]): PageBlock {
  const code = (json: string | undefined) => (json === undefined ? null : `\`${json}\``);
  return {
    kind: 'table',
    table: {
      title: `What differs from the preset ${architecture}`,
      columns: [{ title: 'key' }, { title: 'preset' }, { title: 'run' }],
      rows: differences.map(({ path, preset, run }) => [`\`${path}\``, code(preset), code(run)]),
    },
  };
}

/** The commands that make a run and look at it; a key that the run lacks can't be set, and is the preset's. */
function commandsOf(
  { path, seed, architecture }: ReportRun,
  differences: readonly ConfigDifference[] = [],
  source: string,
): string {
  const sets = differences.flatMap(({ path: key, run }) =>
    run === undefined ? [] : [`--set ${quoted(`${key}=${run}`)}`],
  );
  return [
    'trimodal',
    'train',
    architecture,
    '--data',
    quoted(source),
    '--out',
    quoted(path),
    '--seed',
    String(seed),
    ...sets,
  ].join(' ');
}

/** As a shell takes it. */
const quoted = (text: string) => (/^[\w./=:@,+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

const fileName = (path: string) => path.split(/[\\/]/).at(-1)!;

const counted = (sizes: Readonly<Record<string, number>>) =>
  `Samples: ${Object.entries(sizes)
    .map(([split, count]) => `${count.toLocaleString('en')} ${SPLIT_NAMES[split as Split]}`)
    .join(', ')}`;

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
