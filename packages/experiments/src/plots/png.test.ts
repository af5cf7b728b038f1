import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { curvesSvg } from './curves';
import { svgToPng } from './png';

const draw = (title: string) =>
  curvesSvg({
    title,
    xLabel: 'x',
    yLabel: 'y',
    width: 300,
    height: 200,
    series: [{ name: 'a', x: [0, 1], mean: [0, 1], std: [0, 0], seeds: [] }],
  });

/** Width, height, and how many bytes of the pixels aren't white, from the chunks of a PNG file. */
function read(png: Uint8Array) {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]));
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), raw: inflateSync(Buffer.concat(data)) };
}

test('a PNG file of the size asked for', async () => {
  const { width, height, raw } = read(await svgToPng(draw('one')));
  expect([width, height]).toEqual([600, 400]);
  expect(new Set(raw).size).toBeGreaterThan(20); // not blank
  expect(read(await svgToPng(draw('one'), { scale: 1 }))).toMatchObject({ width: 300, height: 200 });
});

test('text is drawn by the fonts that come along, whatever the machine has', async () => {
  const text = (content: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="'Open Sans', sans-serif"><text x="5" y="25">${content}</text></svg>`;
  const [blank, one, other] = await Promise.all(
    ['', 'missing rate', 'gnissim etar'].map((each) => svgToPng(text(each))),
  );
  const dark = (png: Uint8Array) => read(png).raw.filter((value) => value > 0).length;
  expect(dark(one!)).toBeGreaterThan(dark(blank!) + 400);
  expect(Buffer.from(one!).equals(Buffer.from(other!))).toBe(false);
});

test('the same twice', async () => {
  const [a, b] = [await svgToPng(draw('one')), await svgToPng(draw('one'))];
  expect(Buffer.from(a).equals(Buffer.from(b))).toBe(true);
});
