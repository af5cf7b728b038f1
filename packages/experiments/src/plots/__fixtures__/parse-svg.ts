import { XMLParser, XMLValidator } from 'fast-xml-parser';

type Node = { readonly [tag: string]: readonly Node[] | string };

const parser = new XMLParser({ preserveOrder: true, trimValues: false, parseTagValue: false });

/** Throws if a drawing isn't well-formed XML; returns the text of every element of one tag, in order. */
function contentsOf(svg: string, wanted: string): string[] {
  const valid = XMLValidator.validate(svg);
  if (valid !== true) throw new Error(`not well-formed: ${valid.err.msg} in line ${valid.err.line}`);
  const found: string[] = [];
  const walk = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      for (const [tag, children] of Object.entries(node)) {
        if (!Array.isArray(children)) continue;
        if (tag === wanted) found.push((children as Node[]).map((child) => child['#text'] ?? '').join(''));
        walk(children as Node[]);
      }
    }
  };
  walk(parser.parse(svg) as Node[]);
  return found;
}

/** What is written in a drawing. */
export const textsOf = (svg: string): string[] => contentsOf(svg, 'text');

/** What is told of what one points at, and to those who can't see. */
export const titlesOf = (svg: string): string[] => contentsOf(svg, 'title');
