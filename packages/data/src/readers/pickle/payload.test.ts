import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFile } from '../__fixtures__/files';
import { ByteFile } from './byte-file';
import { FileBytes, Latin1Bytes } from './payload';

function latin1(bytes: Uint8Array): Latin1Bytes {
  const file = new ByteFile(temporaryFile(Buffer.concat([Buffer.from('ab'), bytes])));
  onTestFinished(() => file.close());
  return new Latin1Bytes(new FileBytes(file, 2, bytes.length));
}

describe('Latin1Bytes', () => {
  it('are the bytes whose values the code points of the text are', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const bytes = latin1(Buffer.from(Buffer.from(all).toString('latin1'), 'utf8'));
    const out = new Uint8Array(200);
    bytes.read(50, out);
    expect(out).toEqual(all.subarray(50, 250));
    // 384 bytes of UTF-8 are 192 to 384 characters
    expect([191, 192, 256, 384, 385].map((length) => bytes.fits(length))).toEqual([false, true, true, true, false]);
  });

  it.each([
    ['a character beyond 255', [0x61, 0xc4, 0x80], 'must be Latin-1: got 0xc4 at their byte 1'],
    ['a broken pair', [0xc2, 0x41], 'must be Latin-1: got 0xc2 at their byte 0'],
    ['half a pair at the end', [0x61, 0xc3], 'must be Latin-1: got 0xc3 at their byte 1'],
    ['too few characters', [0x61, 0x62], 'as it must have 3 bytes: got 2.'],
  ])('must be sound: %s', (_, bytes, message) => {
    const attempt = () => latin1(Uint8Array.from(bytes)).read(0, new Uint8Array(3));
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow('Cannot read the array at byte 2 of ');
  });
});
