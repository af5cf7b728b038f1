import { entriesOf } from '@trimodal/core';
import { describeFeatureFile, SPLITS } from '@trimodal/data';
import { openRaw } from '../open-data';
import { table } from '../terminal/table';
import { writeJson } from '../write-file';

/** Constant columns are named up to so many. */
const NAMED_COLUMNS = 8;

/** `trimodal data inspect`: what a feature file holds. */
export async function inspectData(file: string, { json }: { readonly json?: string }): Promise<void> {
  const raw = await openRaw(file);
  try {
    const description = describeFeatureFile(raw);
    console.log(`${description.source}\nsha256 ${description.dataHash}\n`);
    const features = SPLITS.flatMap((split) =>
      entriesOf(description.splits[split].modalities).map(([modality, is]) => [
        `${split} ${modality}`,
        `[${is.shape.join(', ')}]`,
        is.dtype,
        `${is.samplesPresent} of ${description.splits[split].samples}`,
        `${is.lengths.min} / ${is.lengths.mean.toFixed(1)} / ${is.lengths.max}`,
        is.nan,
        is.negativeInfinity,
        is.positiveInfinity,
        is.constantColumns.length,
      ]),
    );
    console.log(
      table(
        ['features', 'shape', 'type', 'present', 'length min/mean/max', 'NaN', '-inf', '+inf', 'constant'],
        features,
      ),
    );
    for (const split of SPLITS) {
      for (const [modality, { constantColumns: columns }] of entriesOf(description.splits[split].modalities)) {
        if (columns.length === 0) continue;
        const more = columns.length > NAMED_COLUMNS ? `, and ${columns.length - NAMED_COLUMNS} more` : '';
        console.log(`constant in ${split} ${modality}: ${columns.slice(0, NAMED_COLUMNS).join(', ')}${more}`);
      }
    }
    const values = [
      ...new Set(SPLITS.flatMap((split) => description.splits[split].labelHistogram.map(([label]) => label))),
    ];
    values.sort((a, b) => a - b);
    const labels = SPLITS.map((split) => {
      const counts = new Map(description.splits[split].labelHistogram);
      const { mean } = description.splits[split].labels;
      return [
        split,
        description.splits[split].samples,
        mean.toFixed(3),
        ...values.map((value) => counts.get(value) ?? 0),
      ];
    });
    console.log(`\n${table(['labels (rounded)', 'samples', 'mean', ...values.map(String)], labels)}`);
    if (json) writeJson(json, description);
  } finally {
    raw.close();
  }
}
