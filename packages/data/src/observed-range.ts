/** Where the observed steps of a padded sequence lie: at its start (padding at the end, as in MMSA files) or at its end (ICT-MMMO). */
export type Align = 'start' | 'end';

/** The observed steps `[from, to)` of a sequence of `length` steps that is padded to `time`. */
export function observedRange(length: number, time: number, align: Align): [from: number, to: number] {
  return align === 'start' ? [0, length] : [time - length, time];
}
