import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { curvesSvg } from './plots/index';
import { writeReport } from './write-report';

test('a page, and a file in each format for each part; what all tables note comes once', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'experiments-')), 'report');
  const table = (title: string, notes: string[]) => ({ title, columns: [{ title: 'model' }], rows: [['dbr']], notes });
  const series = [{ name: 'dbr', x: [0, 1], mean: [1, 2], std: [0, 0], seeds: [[1, 2]] }];
  const files = await writeReport(folder, 'report', {
    title: 'A report',
    intro: ['Of nothing.'],
    parts: [
      {
        name: 'first',
        table: table('First', ['own', 'of *both*']),
        svg: curvesSvg({ title: 't', xLabel: 'x', yLabel: 'y', series }),
      },
      { name: 'second', table: table('Second', ['of *both*']) },
    ],
  });
  expect(files).toEqual(['report.md', 'first.tex', 'first.csv', 'first.svg', 'first.png', 'second.tex', 'second.csv']);
  expect(readdirSync(folder).sort()).toEqual([...files].sort());
  expect(readFileSync(join(folder, 'report.md'), 'utf8')).toBe(`# A report

Of nothing.

## First

| model |
| --- |
| dbr |

- own

![First](first.svg)

## Second

| model |
| --- |
| dbr |

## Notes

- of \\*both\\*
`);
  expect(readFileSync(join(folder, 'second.tex'), 'utf8')).toContain('  of *both*\\par');
});
