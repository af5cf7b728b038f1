import { type Cell, checkTable, type Table } from './table';

/**
 * A table as CSV (RFC 4180) for other programs: every digit, no bold, no notes; a measured column becomes two, the second named `... std`, and a third
 * `... marks` if any cell has marks.
 *
 * @throws RangeError if a row doesn't fit the columns.
 */
export function tableToCsv(table: Table): string {
  checkTable(table);
  const { columns, rows } = table;
  const kinds = columns.map((_, i) => {
    const measured = rows.map((row) => row[i]!).filter(isMeasured);
    return { isMeasured: measured.length > 0, hasMarks: measured.some(({ marks }) => marks) };
  });
  const head = columns.flatMap(({ title }, i) => [
    title,
    ...(kinds[i]!.isMeasured ? [`${title} std`] : []),
    ...(kinds[i]!.hasMarks ? [`${title} marks`] : []),
  ]);
  const lines = rows.map((row) =>
    row.flatMap((cell, i) => {
      const { isMeasured: isSpread, hasMarks } = kinds[i]!;
      const { mean, std, marks } = isMeasured(cell) ? cell : { mean: cell, std: null, marks: '' };
      return [mean, ...(isSpread ? [std] : []), ...(hasMarks ? [marks ?? ''] : [])];
    }),
  );
  return toCsv([head, ...lines]);
}

/** Lines of values as CSV; null is empty. */
export function toCsv(lines: readonly (readonly (string | number | null)[])[]): string {
  return `${lines.map((line) => line.map(quote).join(',')).join('\n')}\n`;
}

function quote(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isMeasured(cell: Cell): cell is Exclude<Cell, string | number | null> {
  return typeof cell === 'object' && cell !== null;
}
