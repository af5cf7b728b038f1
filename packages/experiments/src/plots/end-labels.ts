/**
 * Moves labels apart that stand in one column, each as little as it takes.
 *
 * @param wanted Where each would like to stand, in any order.
 * @param gap The least distance of two.
 * @returns A place for each, in the order of `wanted`, within `[low, high]` as long as there is room.
 */
export function spreadLabels(wanted: readonly number[], gap: number, [low, high]: readonly [number, number]): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  // neighbours that are too close make a block, which stands where its labels would like to on average
  const blocks: { members: number[]; start: number }[] = [];
  for (const index of order) {
    let block = { members: [index], start: clamp(wanted[index]!, 1) };
    for (let last = blocks.at(-1); last && last.start + last.members.length * gap > block.start; last = blocks.at(-1)) {
      blocks.pop();
      const members = [...last.members, ...block.members];
      const centre = members.reduce((sum, member, i) => sum + wanted[member]! - i * gap, 0) / members.length;
      block = { members, start: clamp(centre, members.length) };
    }
    blocks.push(block);
  }
  const places = new Array<number>(wanted.length);
  for (const { members, start } of blocks)
    members.forEach((member, i) => {
      places[member] = start + i * gap;
    });
  return places;

  function clamp(start: number, count: number): number {
    return Math.max(low, Math.min(start, high - (count - 1) * gap));
  }
}
