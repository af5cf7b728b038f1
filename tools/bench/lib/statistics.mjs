export function quartiles(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

/** `12.3 ms [12.1, 12.6]` */
export function spreadText({ lower, median, upper }, unit = 'ms', digits = 1) {
  if (median === null) return '-';
  return `${median.toFixed(digits)} ${unit} [${lower.toFixed(digits)}, ${upper.toFixed(digits)}]`;
}
