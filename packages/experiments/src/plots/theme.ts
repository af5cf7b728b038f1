import { scaleLinear } from 'd3-scale';

/** Okabe and Ito's colours for all kinds of colour vision, those first that stand out on light and on dark paper. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', 'currentColor'] as const;
const DASHES = [undefined, '6 3', '2 3'] as const;

export const FONT = "'Open Sans', system-ui, -apple-system, 'Segoe UI', sans-serif";
export const TEXT_SIZE = 12;
/** The colour of text and axes: dark on the white paper of a file; a page may set `color` on the `svg` to change it. */
export const INK = '#1f2933';
export const PAPER = '#ffffff';

/** The colour of the n-th series; they come again after seven. */
export const colorOf = (index: number): string => COLORS[index % COLORS.length]!;

/** Tells a series from the one that has its colour already. */
export const dashOf = (index: number): string | undefined => DASHES[Math.floor(index / COLORS.length) % DASHES.length];

/** How wide a text is, about; fonts differ, so there is some air in it. */
export const textWidth = (text: string, size = TEXT_SIZE): number => 0.58 * size * [...text].length;

/** Cuts a text that is wider than `width`. */
export function fitText(text: string, width: number, size = TEXT_SIZE): string {
  const most = Math.max(1, Math.floor(width / (0.58 * size)));
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** Three significant decimals, a real minus, no trailing zeros; large and tiny numbers with an exponent. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const text =
    size !== 0 && (size < 5e-4 || size >= 1e6)
      ? value.toExponential(2)
      : String(Number(value.toFixed(size < 100 ? 3 : 1)));
  return text.replace('-', '−');
}

/** As many digits after the point as tell the greatest of some numbers to two places, alike for all of them. */
export function alike(values: readonly number[]): (value: number) => string {
  const most = Math.max(...values.map(Math.abs), 1e-9);
  const digits = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(most))));
  return (value) => {
    const text = value.toFixed(digits);
    return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
  };
}

const SEQUENTIAL = ['#f4f8fc', '#c3dbee', '#7fb3d9', '#2f86bf', '#0b5c98', '#073763'];
const DIVERGING = ['#a63c06', '#e9976a', '#f7f3ef', '#7fb3d9', '#0b5c98'];

/** From pale to dark blue over `[low, high]`, or by way of pale from brown where values go below 0. */
export function colorScale([low, high]: readonly [number, number]): (value: number) => string {
  const colors = low < 0 ? DIVERGING : SEQUENTIAL;
  const [from, to] = low < 0 ? [-Math.max(-low, high), Math.max(-low, high)] : [low, high];
  const domain = colors.map((_, i) => from + ((to - from) * i) / (colors.length - 1));
  return scaleLinear<string>().domain(domain).range(colors).clamp(true);
}

/** Black or white, whichever can be read on a colour that d3 wrote as `rgb(r, g, b)`. */
export function inkOn(color: string): string {
  const [r, g, b] = (color.match(/\d+/g) ?? []).map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  return luminance > 0.3 ? '#10202e' : '#ffffff';
}
