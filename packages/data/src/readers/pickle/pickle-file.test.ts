import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { fixturePath, temporaryFile, temporaryFolder } from '../__fixtures__/files';
import { openPickle } from './pickle-file';
import type { PickledArray } from './pickled-array';

type Splits = Map<string, Map<string, PickledArray>>;

describe('openPickle', () => {
  it('reads a gzipped pickle as the plain one and leaves no file behind', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    vi.stubEnv('TEMP', folder);
    const [plain, packed] = await Promise.all([
      openPickle(fixturePath('mmsa.pkl')),
      openPickle(fixturePath('mmsa.pkl.gz')),
    ]);
    const audio = [plain, packed].map(({ value }) => (value as Splits).get('train')!.get('audio')!.readAll());
    expect(audio[1]).toEqual(audio[0]);
    const sha256 = createHash('sha256')
      .update(readFileSync(fixturePath('mmsa.pkl')))
      .digest('hex');
    expect(await Promise.all([plain.hash(), packed.hash()])).toEqual([sha256, sha256]);
    plain.close();
    packed.close();
    vi.unstubAllEnvs();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells of a damaged gzip file, by its name, and leaves no file behind', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('TMPDIR', folder);
    vi.stubEnv('TEMP', folder);
    const path = temporaryFile(readFileSync(fixturePath('mmsa.pkl.gz')).subarray(0, 900), 'cut.pkl.gz');
    await expect(openPickle(path)).rejects.toThrow(
      `Cannot unpack ${path} as it must be whole gzip: got unexpected end of file.`,
    );
    vi.unstubAllEnvs();
    expect(readdirSync(folder).filter((name) => name.startsWith('trimodal-'))).toEqual([]);
  });

  it('tells of a file that is not there', async () => {
    await expect(openPickle(fixturePath('none.pkl'))).rejects.toThrow('ENOENT');
  });

  it('closes the file if it cannot be read', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = process.platform === 'linux' ? open() : 0;
    await expect(openPickle(fixturePath('malicious.pkl'))).rejects.toThrow('os.system');
    if (process.platform === 'linux') expect(open()).toBe(before);
  });
});
