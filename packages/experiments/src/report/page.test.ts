import { XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { linesSvg } from '../plots/lines';
import { type Page, pageHtml } from './page';

const HOSTILE = '<script>alert("1")</script> & `code <b>`';
const svg = linesSvg({
  title: HOSTILE,
  xLabel: HOSTILE,
  yLabel: 'y',
  lines: [{ name: HOSTILE, x: [0, 1], y: [1, 2] }],
});
const page: Page = {
  title: `Title ${HOSTILE}`,
  lead: [HOSTILE],
  sections: [
    {
      title: 'First & foremost',
      text: [HOSTILE],
      blocks: [
        { kind: 'figure', svg, caption: HOSTILE },
        {
          kind: 'table',
          table: {
            title: HOSTILE,
            columns: [{ title: HOSTILE }, { title: 'mae', better: 'low' }, { title: 'n', digits: 0 }],
            rows: [
              [HOSTILE, { mean: 0.5, std: 0.25 }, 1200],
              ['b', 0.4, null],
            ],
            notes: [HOSTILE],
          },
        },
        { kind: 'facts', facts: [[HOSTILE, HOSTILE]] },
        { kind: 'code', title: HOSTILE, code: HOSTILE },
        { kind: 'code', title: HOSTILE, code: HOSTILE, folded: true },
      ],
      sections: [{ title: 'First & foremost' }],
    },
    { title: '???' },
  ],
  footer: HOSTILE,
};
const html = pageHtml(page);

test('nothing that is told can become markup', () => {
  expect(html).not.toMatch(/<script|<b>[^0]/);
  expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; <code>code &lt;b&gt;</code>');
  // but for the doctype and void elements, a page is XML
  const xml = html.replace('<!doctype html>', '').replace(/<(meta[^>]*)>/g, '<$1/>');
  expect(XMLValidator.validate(xml)).toBe(true);
});

test('it is one file: no script, and nothing from elsewhere', () => {
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  const withoutNamespace = html.replaceAll('http://www.w3.org/2000/svg', '');
  expect(withoutNamespace).not.toMatch(/https?:|src=|url\(|@import|<link|<iframe/);
});

test('every section is in the contents, under an address of its own', () => {
  const ids = [...html.matchAll(/<section id="([^"]*)"/g)].map(([, id]) => id);
  const links = [...html.matchAll(/<a href="#([^"]*)"/g)].map(([, id]) => id);
  expect(ids).toEqual(['first-foremost', 'first-foremost-2', 'section']);
  expect(links).toEqual(ids);
  expect(html).toMatch(/<h2>First &amp; foremost<\/h2>.*<h3>First &amp; foremost<\/h3>/s);
});

test('tables: mean and spread, the best bold, gaps, counts, and the way that is better', () => {
  expect(html).toContain('<th scope="col">mae ↓</th>');
  expect(html).toContain('<td>0.500<span class="spread"> ± 0.250</span></td><td>1,200</td>');
  expect(html).toContain('<td><b>0.400</b></td><td>–</td>');
});

test('the same page gives the same bytes', () => {
  expect(pageHtml(page)).toBe(html);
});

test('a table whose rows do not fit is refused', () => {
  const table = { title: 'x', columns: [{ title: 'a' }], rows: [['b', 'c']] };
  expect(() => pageHtml({ ...page, sections: [{ title: 'x', blocks: [{ kind: 'table', table }] }] })).toThrow(
    'Cannot write the table "x" as each row must have 1 cells: got 2 in row 0.',
  );
});
