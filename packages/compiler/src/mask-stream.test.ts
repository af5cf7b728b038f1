import { Rng } from '@trimodal/core';
import { expect, test } from 'vitest';
import { MaskStream } from './mask-stream';

test.each([0, 1e-6, 0.1, 0.5, 0.9, 1 - 2 ** -17, 1])('draws the masks of Rng at rate %d', (rate) => {
  const rng = new Rng(17).fork('masks');
  const stream = new MaskStream(rng.state());
  for (const size of [1, 2, 15, 16, 17, 1000, 2 ** 16, 2 ** 16 + 1, 200_003]) {
    const [wanted, got] = [new Uint8Array(size), new Uint8Array(size)];
    rng.fillKeepMask(wanted, rate);
    stream.fillKeepMask(got, rate);
    expect(Buffer.compare(got, wanted)).toBe(0);
    expect(stream.state()).toEqual(rng.state());
  }
});

test('goes on where 32 bits end', () => {
  const { key } = new Rng(3).state();
  for (const counter of [2 ** 31 - 5, 2 ** 32 - 5, 2 ** 40]) {
    const rng = new Rng({ key, counter });
    const stream = new MaskStream({ key, counter });
    const [wanted, got] = [new Uint8Array(99), new Uint8Array(99)];
    rng.fillKeepMask(wanted, 0.3);
    stream.fillKeepMask(got, 0.3);
    expect(got).toEqual(wanted);
    expect(stream.state()).toEqual(rng.state());
  }
});

test('refuses a rate that is none', () => {
  expect(() => new MaskStream(new Rng(1).state()).fillKeepMask(new Uint8Array(4), 1.5)).toThrow('got 1.5');
  expect(() => new MaskStream(new Rng(1).state()).fillKeepMask(new Uint8Array(4), Number.NaN)).toThrow('got NaN');
});
