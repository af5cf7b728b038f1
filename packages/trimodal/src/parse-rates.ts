/**
 * Reads rates such as `0,0.5,0.9` or, with an ellipsis, `0,0.1,...,0.9`.
 * @throws RangeError unless every rate lies in [0, 1] they rise, and an ellipsis stands between a step and an end.
 */
export function parseRates(text: string): number[] {
  const words = text.split(',').map((word) => word.trim());
  const rates: number[] = [];
  for (const [i, word] of words.entries()) {
    if (word === '...' || word === '…') {
      const [from, step] = [rates.at(-1), rates.at(-1)! - rates.at(-2)!];
      const end = Number(words[i + 1]);
      if (from === undefined || !(step > 0) || Number.isNaN(end)) {
        throw new RangeError(
          `Cannot read the rates as "..." must follow two rising rates and precede the last: got "${text}".`,
        );
      }
      const count = Math.round((end - from) / step);
      for (let k = 1; k < count; k++) rates.push(Number((from + k * step).toFixed(10)));
    } else {
      const rate = Number(word);
      if (word === '' || !(rate >= 0 && rate <= 1)) {
        throw new RangeError(`Cannot read the rates as each must be a number in [0, 1]: got "${word}" in "${text}".`);
      }
      rates.push(rate);
    }
  }
  if (rates.some((rate, i) => i > 0 && rate <= rates[i - 1]!)) {
    throw new RangeError(`Cannot read the rates as they must rise: got "${text}".`);
  }
  return rates;
}
