import { bestCells, type Cell, type Column, checkTable, formatNumber, type Table } from './table';

/**
 * A table as LaTeX in the manner of the `booktabs` package, ready for `\input`: caption, label, best values in bold, notes below in small type.
 *
 * Needs `\usepackage{booktabs}` and nothing else; a wide table may want `\resizebox` around it.
 * @throws RangeError if a row doesn't fit the columns.
 */
export function tableToLatex(table: Table): string {
  checkTable(table);
  const best = bestCells(table);
  const line = (cells: readonly string[]) => `    ${cells.join(' & ')} \\\\`;
  const label = table.title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${escapeLatex(table.title)}}`,
    `  \\label{tab:${label}}`,
    `  \\begin{tabular}{l${'r'.repeat(table.columns.length - 1)}}`,
    '    \\toprule',
    line(table.columns.map(({ title }) => escapeLatex(title))),
    '    \\midrule',
    ...table.rows.map((row, r) => line(row.map((cell, c) => write(cell, table.columns[c]!, best[r]![c]!)))),
    '    \\bottomrule',
    '  \\end{tabular}',
    ...(table.notes?.length
      ? [
          '',
          '  \\smallskip',
          '  \\raggedright\\footnotesize',
          ...table.notes.map((note) => `  ${escapeLatex(note)}\\par`),
        ]
      : []),
    '\\end{table}',
    '',
  ].join('\n');
}

function write(cell: Cell, column: Column, isBest: boolean): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return escapeLatex(cell);
  const bold = (text: string) => (isBest ? `\\textbf{${text}}` : text);
  // a minus, not a hyphen
  const number = (value: number) => formatNumber(value, column).replace(/^-/, '$-$');
  if (typeof cell === 'number') return bold(number(cell));
  const { mean, std, marks = '' } = cell;
  const spread = std === null ? '' : ` {\\scriptsize$\\pm$ ${number(std)}}`;
  return `${bold(number(mean))}${spread}${marks === '' ? '' : `\\textsuperscript{${escapeLatex(marks)}}`}`;
}

const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '%': '\\%',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '`': '\\textasciigrave{}',
  '†': '\\dag{}',
  '‡': '\\ddag{}',
  '±': '$\\pm$',
  Δ: '$\\Delta$',
  '→': '$\\to$',
  '≤': '$\\le$',
  '·': '$\\cdot$',
};

function escapeLatex(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll(/[\\{}$&%#_~^<>|`†‡±Δ→≤·]/g, (character) => COMMANDS[character]!);
}
