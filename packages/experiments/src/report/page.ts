import { type Child, el, fragment, type Markup } from '../plots/markup';
import type { Table } from '../table/table';
import { inline, tableMarkup } from './html-table';
import { STYLE } from './style';

/** What stands in a section. `svg` is a drawing of this package; everything else is text and is escaped. `code` in backticks is set as code. */
export type PageBlock =
  | { readonly kind: 'figure'; readonly svg: string; readonly caption: string; readonly wide?: boolean }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [name: string, text: string])[] }
  | { readonly kind: 'code'; readonly title: string; readonly code: string; readonly folded?: boolean };

export type PageSection = {
  readonly title: string;
  /** Paragraphs: what one sees and how to read it. */
  readonly text?: readonly string[];
  readonly blocks?: readonly PageBlock[];
  readonly sections?: readonly PageSection[];
};

export type Page = {
  readonly title: string;
  readonly lead: readonly string[];
  readonly sections: readonly PageSection[];
  readonly footer: string;
};

/**
 * A report as one HTML file: styles and drawings are in it, it needs no network and no script, and may load none.
 *
 * Light and dark by the reader's choice, with contents, and fit for print. The same page gives the same bytes.
 */
export function pageHtml({ title, lead, sections, footer }: Page): string {
  const named = withIds(sections, new Set());
  const html = el(
    'html',
    { lang: 'en' },
    el(
      'head',
      {},
      el('meta', { charset: 'utf-8' }),
      el('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      el('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'" }),
      el('title', {}, title),
      el('style', {}, { markup: STYLE }),
    ),
    el(
      'body',
      {},
      el(
        'div',
        { class: 'page' },
        el(
          'header',
          {},
          el('h1', {}, title),
          lead.map((text) => el('p', { class: 'lead' }, inline(text))),
        ),
        el('nav', { 'aria-label': 'Contents' }, el('strong', {}, 'Contents'), contents(named)),
        el(
          'main',
          {},
          named.map((section) => sectionMarkup(section, 2)),
        ),
        el('footer', {}, footer),
      ),
    ),
  );
  return `<!doctype html>\n${html.markup}\n`;
}

type NamedSection = Omit<PageSection, 'sections'> & { readonly id: string; readonly sections: readonly NamedSection[] };

/** Addresses by titles, each once. */
function withIds(sections: readonly PageSection[], taken: Set<string>): NamedSection[] {
  return sections.map((section) => {
    const slug =
      section.title
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '') || 'section';
    let id = slug;
    for (let i = 2; taken.has(id); i++) id = `${slug}-${i}`;
    taken.add(id);
    return { ...section, id, sections: withIds(section.sections ?? [], taken) };
  });
}

function contents(sections: readonly NamedSection[]): Child {
  if (sections.length === 0) return undefined;
  return el(
    'ul',
    {},
    sections.map(({ id, title, sections: below }) => el('li', {}, el('a', { href: `#${id}` }, title), contents(below))),
  );
}

function sectionMarkup({ id, title, text = [], blocks = [], sections }: NamedSection, level: number): Markup {
  return el(
    'section',
    { id },
    el(`h${level}`, {}, title),
    text.map((paragraph) => el('p', {}, inline(paragraph))),
    blocks.length > 0 && el('div', { class: 'blocks' }, blocks.map(blockMarkup)),
    sections.map((section) => sectionMarkup(section, level + 1)),
  );
}

function blockMarkup(block: PageBlock): Markup {
  switch (block.kind) {
    case 'figure':
      return el(
        'figure',
        { class: block.wide && 'wide' },
        { markup: block.svg },
        el('figcaption', {}, inline(block.caption)),
      );
    case 'table':
      return el('div', { class: 'wide' }, tableMarkup(block.table));
    case 'facts':
      return el(
        'dl',
        { class: 'wide' },
        block.facts.map(([name, text]) => fragment(el('dt', {}, name), el('dd', {}, inline(text)))),
      );
    case 'code': {
      const code = el('pre', {}, el('code', {}, block.code));
      return block.folded
        ? el('details', { class: 'wide' }, el('summary', {}, block.title), code)
        : el('div', { class: 'wide' }, el('strong', {}, block.title), code);
    }
    default:
      return block satisfies never;
  }
}
