import { measured } from '../robustness';
import { betterOf } from '../scores';
import type { Cell, Table } from '../table/table';
import type { PageSection } from './page';
import type { ReportGroup } from './report-run';

/** The scores of every model on whole data: mean and spread over seeds, and each seed where there are several. */
export function resultsSection(groups: readonly ReportGroup[], notes: readonly string[]): PageSection {
  const names = Object.keys(groups[0]!.runs[0]!.test);
  const columns = [
    { title: 'model' },
    { title: 'split' },
    ...names.map((title) => ({ title, better: betterOf(title) })),
  ];
  const scored = (split: 'test' | 'valid'): Table => ({
    title: split === 'test' ? 'Test split' : 'Validation split',
    columns: [columns[0]!, ...columns.slice(2), { title: 'seeds', digits: 0 }],
    rows: groups.map(({ name, runs }): Cell[] => [
      name,
      ...names.map((score) => measured(runs.map((run) => run[split][score]!))),
      runs.length,
    ]),
    ...(split === 'test' ? { notes } : {}),
  });
  const single: Table = {
    title: 'Each seed, on the test split',
    columns: [{ title: 'model' }, { title: 'seed' }, { title: 'epoch', digits: 0 }, ...columns.slice(2)],
    rows: groups.flatMap(({ name, runs }) =>
      runs.map((run): Cell[] => [
        name,
        String(run.seed),
        run.selected.epoch,
        ...names.map((score) => run.test[score]!),
      ]),
    ),
  };
  const hasSeeds = groups.some(({ runs }) => runs.length > 1);
  return {
    title: 'Results',
    text: [
      `Whole data, nothing missing. The epoch of each run was chosen on the validation split (${[...new Set(groups.flatMap(({ runs }) => runs.map(({ metric }) => metric)))].join(', ')}), the test split was scored once, afterwards. ↑ higher is better, ↓ lower is; the best of a column is bold.`,
    ],
    blocks: [
      { kind: 'table', table: scored('test') },
      { kind: 'table', table: scored('valid') },
      ...(hasSeeds ? [{ kind: 'table', table: single } as const] : []),
    ],
  };
}
