/** A command as one would type it: words, then options; lists come as often as they have values. */
export function shellLine(words: readonly string[], options: Readonly<Record<string, unknown>>): string {
  const more = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((each) => [flag, String(each)]);
  });
  return [...words, ...more].map(quote).join(' ');
}

const quote = (word: string) => (/^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
