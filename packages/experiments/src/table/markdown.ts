import { bestCells, type Cell, type Column, checkTable, formatNumber, type Table } from './table';

/**
 * A table as GitHub's Markdown: title as a heading, the best of a column in bold, `mean ± std`, notes as a list below.
 *
 * @param level Of the heading; 0 leaves the title out.
 * @throws RangeError if a row doesn't fit the columns.
 */
export function tableToMarkdown(table: Table, { level = 2 }: { level?: number } = {}): string {
  checkTable(table);
  const best = bestCells(table);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    ...(level > 0 ? [`${'#'.repeat(level)} ${escapeMarkup(table.title)}`, ''] : []),
    line(table.columns.map(({ title }) => escapeCell(title))),
    line(table.columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...table.rows.map((row, r) => line(row.map((cell, c) => write(cell, table.columns[c]!, best[r]![c]!)))),
    ...(table.notes?.length ? ['', ...table.notes.map((note) => `- ${escapeMarkup(note)}`)] : []),
    '',
  ].join('\n');
}

function write(cell: Cell, column: Column, isBest: boolean): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return escapeCell(cell);
  const bold = (text: string) => (isBest ? `**${text}**` : text);
  if (typeof cell === 'number') return bold(formatNumber(cell, column));
  const { mean, std, marks = '' } = cell;
  return `${bold(formatNumber(mean, column))}${std === null ? '' : ` ± ${formatNumber(std, column)}`}${escapeCell(marks)}`;
}

/** What would be read as markup; code between backticks is left as it is. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(/\s*\n\s*/g, ' ')
    .split(/(`[^`]*`)/)
    .map((piece, i) => (i % 2 === 1 ? piece : piece.replaceAll(/[\\*_<[\]#~]/g, '\\$&')))
    .join('');
}

/** A bar would end the cell, in code as well. */
function escapeCell(text: string): string {
  return escapeMarkup(text).replaceAll('|', '\\|');
}
