export type Curve = { readonly name: string; readonly values: readonly number[] };

const MARKS = ['●', '○', '▲', '△'];

/**
 * A small plot of curves over common points, as lines of text.
 *
 * @param height Rows of the plot area.
 */
export function textPlot(
  curves: readonly Curve[],
  { labels, height = 8, columnWidth = 6 }: { labels: readonly string[]; height?: number; columnWidth?: number },
): string {
  const all = curves.flatMap(({ values }) => values);
  const low = Math.min(...all);
  const high = Math.max(...all);
  const span = high - low || 1;
  const grid = Array.from({ length: height }, () => Array<string>(labels.length * columnWidth).fill(' '));
  curves.forEach(({ values }, index) => {
    values.forEach((value, column) => {
      const row = Math.round(((high - value) / span) * (height - 1));
      grid[row]![column * columnWidth + Math.floor(columnWidth / 2)] = MARKS[index % MARKS.length]!;
    });
  });
  const lines = grid.map((row, i) => {
    const value = high - (span * i) / (height - 1);
    return `${value.toFixed(3).padStart(7)} ┤${row.join('').trimEnd()}`;
  });
  const axis = `${' '.repeat(8)}└${'─'.repeat(labels.length * columnWidth)}`;
  const ticks = `${' '.repeat(9)}${labels.map((label) => centre(label, columnWidth)).join('')}`.trimEnd();
  const legend = curves.map(({ name }, index) => `${MARKS[index % MARKS.length]} ${name}`).join('   ');
  return [...lines, axis, ticks, `${' '.repeat(9)}${legend}`].join('\n');
}

function centre(text: string, width: number): string {
  const left = Math.floor(width / 2) - Math.floor(text.length / 2);
  return text.padStart(text.length + Math.max(0, left)).padEnd(width);
}
