/** A number with its spread over seeds; `std` is null where there is one seed, `marks` tell what tests found. */
export type Measured = { readonly mean: number; readonly std: number | null; readonly marks?: string };

/** Text, an exact number (a count, a p-value) or a measured one; null where there is nothing to tell. */
export type Cell = string | number | Measured | null;

export type Column = {
  readonly title: string;
  /** Which value is best, to be set in bold; none unless told. */
  readonly better?: 'high' | 'low';
  /** Digits after the point: 3 unless told. */
  readonly digits?: number;
};

/**
 * A table before it is written in some format: numbers are still numbers.
 *
 * Each writer (`tableToMarkdown`, `tableToLatex`, `tableToCsv`) escapes what its format must not see raw.
 */
export type Table = {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** What a reader must know to trust the numbers: protocol, selection, seeds, tests, command. A sentence each. */
  readonly notes?: readonly string[];
};

const DIGITS = 3;

/** @throws RangeError unless every row has a cell for each column. */
export function checkTable({ title, columns, rows }: Table): void {
  const wrong = rows.findIndex((row) => row.length !== columns.length);
  if (wrong >= 0) {
    throw new RangeError(
      `Cannot write the table "${title}" as each row must have ${columns.length} cells: got ${rows[wrong]!.length} in row ${wrong}.`,
    );
  }
}

/** A number as the table prints it: exact integers with thousands apart, others to the digits of the column. */
export function formatNumber(value: number, { digits = DIGITS }: Column): string {
  if (!Number.isFinite(value)) return String(value);
  const text = digits === 0 ? Math.round(value).toLocaleString('en') : value.toFixed(digits);
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/** The value by which a cell is compared, if it has one. */
function numberIn(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'object' && cell !== null ? cell.mean : undefined;
}

/**
 * Whether each cell is the best of its column, as printed: equal digits are equally good. A column of one number has no best.
 *
 * @returns `[row][column]`.
 */
export function bestCells({ columns, rows }: Table): boolean[][] {
  const best = columns.map((column, index) => {
    if (!column.better) return undefined;
    const values = rows
      .map((row) => numberIn(row[index]!))
      .filter((value) => value !== undefined && !Number.isNaN(value));
    if (values.length < 2) return undefined;
    return formatNumber(
      column.better === 'high' ? Math.max(...(values as number[])) : Math.min(...(values as number[])),
      column,
    );
  });
  return rows.map((row) =>
    row.map((cell, index) => {
      const value = numberIn(cell);
      return value !== undefined && best[index] !== undefined && formatNumber(value, columns[index]!) === best[index];
    }),
  );
}

/** A cell as plain text, for a terminal: `0.954 ± 0.011†`. */
export function formatCell(cell: Cell, column: Column): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return formatNumber(cell, column);
  const { mean, std, marks = '' } = cell;
  return `${formatNumber(mean, column)}${std === null ? '' : ` ± ${formatNumber(std, column)}`}${marks}`;
}
