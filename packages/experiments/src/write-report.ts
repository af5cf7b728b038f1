import { join } from 'node:path';
import { svgToPng } from './plots/index';
import { tableToCsv } from './table/csv';
import { tableToLatex } from './table/latex';
import { escapeMarkup, tableToMarkdown } from './table/markdown';
import type { Table } from './table/table';
import { writeFileWhole } from './write-file';

export type Report = {
  readonly title: string;
  /** Paragraphs below the title. */
  readonly intro?: readonly string[];
  readonly parts: readonly ReportPart[];
};

/** A table, a figure, or both; `name` is that of the files. */
export type ReportPart = { readonly name: string; readonly table?: Table; readonly svg?: string };

/**
 * Writes a report: a page `<name>.md` with every table and figure, a `.tex` and a `.csv` for each table (the
 * `.tex` with all its notes; on the page those that every table has come once, at the end), a `.svg` and a `.png` for each figure.
 *
 * @returns The names of the files, the page first.
 */
export async function writeReport(
  folder: string,
  name: string,
  { title, intro = [], parts }: Report,
): Promise<string[]> {
  const files = new Map<string, string | Uint8Array>();
  const page = [`# ${title}`, '', ...intro.flatMap((text) => [text, ''])];
  const shared = sharedNotes(parts);
  for (const part of parts) {
    if (part.table) {
      const notes = part.table.notes?.filter((note) => !shared.includes(note)) ?? [];
      page.push(tableToMarkdown({ ...part.table, notes }));
      files.set(`${part.name}.tex`, tableToLatex(part.table));
      files.set(`${part.name}.csv`, tableToCsv(part.table));
    }
    if (part.svg) {
      page.push(`![${part.table?.title ?? part.name}](${part.name}.svg)`, '');
      files.set(`${part.name}.svg`, part.svg);
      files.set(`${part.name}.png`, await svgToPng(part.svg));
    }
  }
  if (shared.length > 0) page.push('## Notes', '', ...shared.map((note) => `- ${escapeMarkup(note)}`), '');
  const all = new Map([[`${name}.md`, page.join('\n')], ...files]);
  for (const [file, content] of all) writeFileWhole(join(folder, file), content);
  return [...all.keys()];
}

/** What every table says: on the page once is enough. */
function sharedNotes(parts: readonly ReportPart[]): string[] {
  const [first = [], ...others] = parts.flatMap(({ table }) => (table ? [table.notes ?? []] : []));
  return first.filter((note) => others.every((notes) => notes.includes(note)));
}
