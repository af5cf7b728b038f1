// The fenced blocks of a page, what each of them is for, and whether a command printed what the page quotes.

/** Every fenced block: its language, what else its first line says, its text and the line it begins at. */
export function blocksOf(markdown) {
  return [...markdown.matchAll(/^```([\w-]+)?[ \t]*(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    info: match[2].trim(),
    text: match[3],
    line: markdown.slice(0, match.index).split('\n').length,
  }));
}

/** The commands of a block, a line each; `\` at the end goes on in the next, what follows two blanks and # is a comment. */
export function commandsOf(text) {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/(^|\s{2,})#.*$/, '').trim())
    .filter(Boolean);
}

/** What stays the same when a command runs again on another machine: words and shapes, no numbers, no alignment. */
function skeleton(line) {
  return line
    .replaceAll(/-?\d[\d,]*(\.\d+)?(e[-+]\d+)?/g, '#')
    .replaceAll(/[─†‡\s]+/g, ' ')
    .trim();
}

/**
 * The first line that a page quotes and the output doesn't have, in this order; undefined if there is none.
 *
 * Numbers may be others; lines of `...` stand for any number of lines, and each line may end in `...`.
 */
export function missingLine(quoted, output) {
  const printed = output.split('\n').map(skeleton);
  let from = 0;
  for (const line of quoted.split('\n')) {
    const wanted = skeleton(line);
    if (!wanted || wanted === '...' || /^[┤└┌├\s#●▲■◆]+$/u.test(wanted)) continue;
    const at = printed.findIndex(
      (each, i) =>
        i >= from && (wanted.endsWith('...') ? each.startsWith(wanted.slice(0, -3).trim()) : each === wanted),
    );
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}
