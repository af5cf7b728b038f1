/** A piece of SVG or HTML that is safe to put into another: text in it is escaped already. */
export type Markup = { readonly markup: string };

/** What an element may hold; strings and numbers become text, `undefined` and `false` nothing. */
export type Child = Markup | string | number | undefined | false | readonly Child[];

/** Attributes; `undefined` and `false` leave one out, `true` writes it empty. Numbers are cut to 2 decimals. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const VOID = new Set(['meta', 'link', 'br', 'hr', 'img', 'input', 'wbr', 'col']);

/** Makes an element. What is text or an attribute's value is escaped, so that no name of a run can break out of it. */
export function el(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => ` ${name}="${value === true ? '' : escapeMarkup(plain(value as string | number))}"`)
    .join('');
  if (VOID.has(tag)) return { markup: `<${tag}${written}>` };
  return { markup: `<${tag}${written}>${childrenOf(children)}</${tag}>` };
}

/** Several pieces as one, without an element around them. */
export function fragment(...children: readonly Child[]): Markup {
  return { markup: childrenOf(children) };
}

/** Text as it can stand in an element or in a quoted attribute; characters that XML forbids are left out. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function childrenOf(children: readonly Child[]): string {
  return children
    .map((child) => {
      if (child === undefined || child === false) return '';
      if (typeof child === 'string') return escapeMarkup(child);
      if (typeof child === 'number') return escapeMarkup(plain(child));
      return 'markup' in child ? child.markup : childrenOf(child);
    })
    .join('');
}

/** A number to two decimals, without trailing zeros. */
const plain = (value: string | number): string =>
  typeof value === 'number' ? String(Number(value.toFixed(2))) : value;
