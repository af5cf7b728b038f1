/** A seeded source of numbers in [0, 1) for tests: the MINSTD generator. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
