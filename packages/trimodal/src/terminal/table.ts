import Table from 'cli-table3';

/** Rows under a head, first column to the left, the others to the right; no colour, so that it can be pasted. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const made = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  for (const row of rows) made.push([...row]);
  return made.toString();
}

/** A score to three places, as the field's tables print them. */
export const score = (value: number): string => value.toFixed(3);

/** Seconds as a person says them: "8 s", "3 min 05 s", "1 h 02 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
