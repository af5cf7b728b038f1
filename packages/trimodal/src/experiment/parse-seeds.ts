/**
 * Reads seeds such as `1111..1115` or `1,2,10..12`.
 * @throws RangeError unless each is an integer, ranges rise, and none comes twice.
 */
export function parseSeeds(text: string): number[] {
  const refuse = (why: string): never => {
    throw new RangeError(`Cannot read the seeds as they must be integers such as 1111..1115 or 1,2,3: ${why}.`);
  };
  const seeds = text.split(',').flatMap((word) => {
    const match = /^(\d+)(?:\.\.(\d+))?$/.exec(word.trim());
    if (!match) return refuse(`got "${word}"`);
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (!Number.isSafeInteger(to) || to < from) return refuse(`got "${word}"`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  return twice === undefined ? seeds : refuse(`${twice} comes twice`);
}
