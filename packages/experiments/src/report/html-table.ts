import { el, fragment, type Markup } from '../plots/markup';
import { bestCells, type Cell, type Column, checkTable, formatNumber, type Table } from '../table/table';

/** A table with its notes below it; the best of a column is bold, as in the other formats. */
export function tableMarkup(table: Table): Markup {
  checkTable(table);
  const { title, columns, rows, notes = [] } = table;
  const best = bestCells(table);
  return fragment(
    el(
      'div',
      { class: 'scroll' },
      el(
        'table',
        {},
        el('caption', {}, title),
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            columns.map((column, j) => el('th', { scope: 'col', class: isText(rows, j) && 'text' }, headOf(column))),
          ),
        ),
        el(
          'tbody',
          {},
          rows.map((row, i) =>
            el(
              'tr',
              {},
              row.map((cell, j) => cellMarkup(cell, columns[j]!, best[i]![j]!)),
            ),
          ),
        ),
      ),
    ),
    notes.length > 0 &&
      el(
        'ul',
        { class: 'notes' },
        notes.map((note) => el('li', {}, inline(note))),
      ),
  );
}

/** Text in which what stands in backticks is code. */
export function inline(text: string): Markup {
  return fragment(text.split('`').map((part, i) => (i % 2 ? el('code', {}, part) : part)));
}

const isText = (rows: Table['rows'], column: number) => rows.every((row) => typeof row[column] === 'string');

const headOf = ({ title, better }: Column) => title + (better === 'high' ? ' ↑' : better === 'low' ? ' ↓' : '');

function cellMarkup(cell: Cell, column: Column, isBest: boolean): Markup {
  if (cell === null) return el('td', {}, '–');
  if (typeof cell === 'string') return el('td', { class: 'text' }, inline(cell));
  const { mean, std, marks = '' } = typeof cell === 'number' ? { mean: cell, std: null } : cell;
  const value = formatNumber(mean, column) + marks;
  return el(
    'td',
    {},
    isBest ? el('b', {}, value) : value,
    std !== null && el('span', { class: 'spread' }, ` ± ${formatNumber(std, column)}`),
  );
}
