import { describe, expect, test } from 'vitest';
import { tableToCsv } from './csv';
import { tableToLatex } from './latex';
import { tableToMarkdown } from './markdown';
import type { Table } from './table';

const table: Table = {
  title: 'Scores of R&D_1',
  columns: [
    { title: 'model' },
    { title: 'mae', better: 'low' },
    { title: 'acc', better: 'high', digits: 2 },
    { title: 'parameters', digits: 0 },
  ],
  rows: [
    ['a|b, "c"', { mean: 0.95412, std: 0.0111, marks: '†' }, { mean: 0.7412, std: null }, 133_889],
    ['d_*', { mean: 0.9544, std: 0.02 }, { mean: 0.7449, std: null }, 205_953],
    ['50 %', { mean: 0.95408, std: null }, null, 1],
  ],
  notes: ['Made by `a_b | c`.', 'Two\nlines & more.'],
};

test('Markdown: aligned, escaped, best in bold as printed, notes below', () => {
  expect(tableToMarkdown(table)).toBe(`## Scores of R&D\\_1

| model | mae | acc | parameters |
| --- | ---: | ---: | ---: |
| a\\|b, "c" | **0.954** ± 0.011† | **0.74** | 133,889 |
| d\\_\\* | **0.954** ± 0.020 | **0.74** | 205,953 |
| 50 % | **0.954** |  | 1 |

- Made by \`a_b | c\`.
- Two lines & more.
`);
  expect(tableToMarkdown(table, { level: 0 })).toMatch(/^\| model/);
});

test('LaTeX: booktabs, escaped', () => {
  const text = tableToLatex({ ...table, rows: [...table.rows, ['x', -0.5, 0.1, 2]] });
  expect(text).toContain(
    '\\caption{Scores of R\\&D\\_1}\n  \\label{tab:scores-of-r-d-1}\n  \\begin{tabular}{lrrr}\n    \\toprule',
  );
  expect(text).toContain(
    'a\\textbar{}b, "c" & 0.954 {\\scriptsize$\\pm$ 0.011}\\textsuperscript{\\dag{}} & \\textbf{0.74} & 133,889 \\\\',
  );
  expect(text).toContain('    50 \\% & 0.954 &  & 1 \\\\');
  expect(text).toContain('x & \\textbf{$-$0.500} & 0.10 & 2 \\\\\n    \\bottomrule');
  expect(text).toContain('  Two lines \\& more.\\par\n\\end{table}');
});

test('CSV: every digit, spread in columns of its own, quoted', () => {
  expect(tableToCsv(table)).toBe(`model,mae,mae std,mae marks,acc,acc std,parameters
"a|b, ""c""",0.95412,0.0111,†,0.7412,,133889
d_*,0.9544,0.02,,0.7449,,205953
50 %,0.95408,,,,,1
`);
});

describe('bold', () => {
  const bolds = (values: (number | null)[], better?: 'high' | 'low') =>
    tableToMarkdown(
      { title: 't', columns: [{ title: 'x', ...(better && { better }) }], rows: values.map((v) => [v]) },
      { level: 0 },
    )
      .split('\n')
      .slice(2)
      .filter((line) => line.includes('**'));

  test('follows the direction', () => {
    expect(bolds([1, 3, 2], 'high')).toEqual(['| **3.000** |']);
    expect(bolds([1, 3, 2], 'low')).toEqual(['| **1.000** |']);
  });

  test('is not for one number alone, nor without a direction, nor for NaN', () => {
    expect(bolds([1, null], 'high')).toEqual([]);
    expect(bolds([1, 2])).toEqual([]);
    expect(bolds([Number.NaN, 2, 1], 'high')).toEqual(['| **2.000** |']);
  });
});

test('a row that does not fit is refused', () => {
  const wrong = { ...table, rows: [['a']] };
  for (const write of [tableToMarkdown, tableToLatex, tableToCsv]) {
    expect(() => write(wrong)).toThrow(
      'Cannot write the table "Scores of R&D_1" as each row must have 4 cells: got 1 in row 0.',
    );
  }
});
