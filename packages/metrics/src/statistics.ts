import { checkFinite, checkPaired, type Numbers } from './checks';

/** A mean and the spread around it; `std` is null for a single value, as one run says nothing of spread. */
export type MeanAndStd = { readonly mean: number; readonly std: number | null; readonly count: number };

/** The arithmetic mean. @throws RangeError for no or non-finite values. */
export function mean(values: Numbers): number {
  checkFinite('compute mean', 'values', values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The sample standard deviation, `sqrt(sum (x - mean)^2 / (n - 1))`. @throws RangeError for fewer than two values. */
export function std(values: Numbers): number {
  if (values.length < 2) {
    throw new RangeError(`Cannot compute std as there must be at least two values: got ${values.length}.`);
  }
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/**
 * Mean, sample standard deviation and count, as tables over seeds print them.
 * @example meanAndStd([0.80, 0.84]); // { mean: 0.82, std: 0.028..., count: 2 }
 */
export function meanAndStd(values: Numbers): MeanAndStd {
  return { mean: mean(values), std: values.length < 2 ? null : std(values), count: values.length };
}

/**
 * The area under a curve of scores over missing rates by the trapezoid rule, not divided by the width.
 *
 * Over rates 0 to 1 it is the AUILC (area under the indicators line chart).
 * Source: Yuan et al. 2021, "Transformer-based Feature Reconstruction Network for Robust MSA" (TFR-Net).
 * @param rates Strictly increasing, at least two.
 * @throws RangeError for unpaired, unordered or non-finite values.
 * @example areaUnderCurve([0, 0.5, 1], [0.8, 0.7, 0.4]); // 0.65
 */
export function areaUnderCurve(rates: Numbers, values: Numbers): number {
  checkPaired('compute areaUnderCurve', ['rates', 'values'], rates, values);
  if (rates.length < 2)
    throw new RangeError('Cannot compute areaUnderCurve as there must be at least two rates: got 1.');
  let area = 0;
  for (let i = 1; i < rates.length; i++) {
    const width = rates[i]! - rates[i - 1]!;
    if (!(width > 0)) {
      throw new RangeError(
        `Cannot compute areaUnderCurve as rates must increase: got ${rates[i]} after ${rates[i - 1]} at index ${i}.`,
      );
    }
    area += (width * (values[i]! + values[i - 1]!)) / 2;
  }
  return area;
}
