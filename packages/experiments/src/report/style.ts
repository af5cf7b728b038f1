/** Light and dark paper by the reader's choice, one column with the contents beside it where there is room; for print, paper and ink alone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2933; --soft: #5b6875; --paper: #ffffff; --card: #ffffff; --line: #d9e0e6; --tint: #f3f6f9; --link: #005a92; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ee; --soft: #9eabb8; --paper: #12171c; --card: #191f26; --line: #303a44; --tint: #202830; --link: #7cc0f0; }
  svg [fill="#0072b2"] { fill: #4ba3dd; } svg [stroke="#0072b2"] { stroke: #4ba3dd; }
  svg [fill="#009e73"] { fill: #1fbd8f; } svg [stroke="#009e73"] { stroke: #1fbd8f; }
  svg [fill="#d55e00"] { fill: #ee7a24; } svg [stroke="#d55e00"] { stroke: #ee7a24; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15.5px/1.55 'Open Sans', system-ui, -apple-system, 'Segoe UI', sans-serif; }
.page { max-width: 1380px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p { max-width: 75ch; margin: .5rem 0 1rem; }
.lead { font-size: 1.05rem; color: var(--soft); }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
nav { font-size: .9rem; } nav ul { list-style: none; margin: 0; padding: 0; } nav li { margin: .3rem 0; } nav li li { padding-left: 1rem; }
nav strong { color: var(--soft); font-weight: 600; text-transform: uppercase; letter-spacing: .06em; font-size: .75rem; }
@media (min-width: 1000px) {
  .page { display: grid; grid-template-columns: 190px minmax(0, 1fr); column-gap: 3rem; }
  header, footer { grid-column: 2; } nav { grid-column: 1; grid-row: 1 / span 2; position: sticky; top: 2rem; align-self: start; max-height: calc(100vh - 4rem); overflow: auto; }
  main { grid-column: 2; min-width: 0; }
}
.blocks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 1.2rem; align-items: start; }
.blocks > * { min-width: 0; } .wide { grid-column: 1 / -1; }
figure { margin: 0; padding: .8rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; break-inside: avoid; }
figure svg { display: block; width: 100%; height: auto; max-width: 860px; margin: 0 auto; color: inherit; } .plot-paper { fill: none; }
figcaption, caption, .notes { color: var(--soft); font-size: .88rem; line-height: 1.45; }
figcaption { margin-top: .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; color: var(--ink); font-size: .95rem; padding-bottom: .4rem; }
th, td { padding: .35rem .55rem; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } thead th { border-bottom: 2px solid var(--line); }
th:first-child, td:first-child, th.text, td.text { text-align: left; } td.text { white-space: normal; min-width: 12ch; }
tbody tr:hover { background: var(--tint); } .spread { display: block; color: var(--soft); font-size: .88em; } td b { font-weight: 700; }
.notes { margin: .5rem 0 0; padding: 0; list-style: none; max-width: 95ch; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.2rem; margin: 1rem 0; font-size: .92rem; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; font-size: .82rem; line-height: 1.5; } code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: .92em; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--link); font-size: .92rem; }
footer { margin-top: 4rem; color: var(--soft); font-size: .85rem; }
@media print {
  :root { --ink: #000; --soft: #444; --paper: #fff; --card: #fff; --tint: #f5f5f5; --line: #bbb; } body { font-size: 10pt; } nav { display: none; } .page { display: block; max-width: none; padding: 0; }
  .blocks { grid-template-columns: 1fr 1fr; gap: .6rem; } figure { padding: .3rem; } .scroll { overflow: visible; } table { font-size: 7pt; } th, td { padding: .15rem .3rem; }
  figure, tr, pre { break-inside: avoid; } h2, h3 { break-after: avoid; } a { color: inherit; }
}
`;
