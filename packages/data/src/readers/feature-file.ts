import { entriesOf, forModalities, MODALITIES, mapModalities, nearestName, type PerModality } from '@trimodal/core';
import type { Align } from '../observed-range';
import { type RawDataset, type RawSplit, SPLITS, type Split, type Task } from '../raw-dataset';
import type { RowSource } from '../row-source';
import { lengthsOf } from './lengths';
import { openPickle } from './pickle/pickle-file';
import { describeValue, type PickleValue, printable } from './pickle/values';
import { SplitFields } from './split-fields';

export type FeatureFileOptions = {
  /** What the labels are; scores in [-3, 3] if not given. */
  task?: Task;
  /** Where sequences lie in their padding, for files that don't say their lengths; `start` (padded at the end) if not given. */
  align?: Align;
};

type Layout = {
  readonly name: 'MMSA' | 'MulT';
  readonly scoreKey: string;
  readonly classKey: string;
};

const MMSA: Layout = { name: 'MMSA', scoreKey: 'regression_labels', classKey: 'classification_labels' };
const MULT: Layout = { name: 'MulT', scoreKey: 'labels', classKey: 'labels' };
/** Labels are stored as float32 or float64: an end of the range may be off by its rounding. */
const TOLERANCE = 1e-6;

/**
 * Opens a feature file of the MMSA or the MulT and MultiBench layout, whichever it is: a pickle (protocol 2 to 5, plain or gzipped),
 * read without running anything in it. Features stay in the file and are read by rows until `close`.
 *
 * - MMSA: `train`, `valid`, `test` with `text`, `audio`, `vision` `[n, t, d]`, `id`, `regression_labels` (`classification_labels`),
 *   and if there `*_lengths`, `raw_text`, `annotations`. What else there is is left alone.
 * - MulT, MultiBench: the same splits with `labels` `[n, 1, 1]`; an `id` may be a triple, read as `video[start,end]`.
 *
 * A modality whose key is missing is missing in the record. Lengths that the file doesn't have come from the attention mask in `text_bert`
 * or from steps that are wholly zero (see `align`). Samples without an id are named by split and row. `dataHash` is the sha256 of
 * the pickle's bytes, whether it is gzipped or not.
 * @throws PickleError, PickleGlobalError for what can't be read; TypeError, RangeError for fields that don't agree, by file, split and key.
 * @example
 * const raw = await openFeatureFile('unaligned_50.pkl');
 * raw.splits.train.features.audio?.shape; // [1284, 375, 5]
 * raw.close();
 */
export async function openFeatureFile(path: string, options: FeatureFileOptions = {}): Promise<RawDataset> {
  return open(path, options, ({ train }) => {
    const layout = [MMSA, MULT].find(({ scoreKey, classKey }) => train.has(scoreKey) || train.has(classKey));
    if (layout === undefined) {
      throw train.rangeProblem('regression_labels', '(MMSA) or train.labels (MulT) must be there', 'neither');
    }
    return layout;
  });
}

/** Opens a feature file of the MMSA layout; see `openFeatureFile`. */
export async function openMmsa(path: string, options: FeatureFileOptions = {}): Promise<RawDataset> {
  return open(path, options, () => MMSA);
}

/** Opens a feature file of the MulT and MultiBench layout; see `openFeatureFile`. */
export async function openMult(path: string, options: FeatureFileOptions = {}): Promise<RawDataset> {
  return open(path, options, () => MULT);
}

async function open(
  path: string,
  { task = { kind: 'regression', range: [-3, 3] }, align = 'start' }: FeatureFileOptions,
  chooseLayout: (splits: Record<Split, SplitFields>) => Layout,
): Promise<RawDataset> {
  const file = await openPickle(path);
  try {
    const fields = splitsOf(path, file.value);
    const layout = chooseLayout(fields);
    const splits = mapSplits(fields, (split) => readSplit(split, layout, task, align));
    checkWidths(path, splits);
    return { splits, task, source: path, dataHash: await file.hash(), close: () => file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readSplit(fields: SplitFields, layout: Layout, task: Task, align: Align): RawSplit {
  const features = featuresOf(fields);
  const [[first, { shape }] = missingFeatures(fields)] = entriesOf(features);
  const size = shape[0]!;
  for (const [modality, source] of entriesOf(features)) {
    if (source.shape[0] !== size) {
      throw fields.problem(modality, `must have ${size} samples as ${first} has`, fields.features(modality));
    }
  }
  const labels = labelsOf(fields, layout, task, size);
  return {
    ids: fields.has('id')
      ? fields.tuples('id', size).map(idOf)
      : Array.from({ length: size }, (_, i) => `${fields.split}-${i}`),
    features,
    lengths: mapModalities(features, (source, modality) => lengthsOf(fields, modality, source, align)),
    labels,
    ...(fields.has('raw_text') && { rawText: fields.texts('raw_text', size) }),
    ...(fields.has('annotations') && { annotations: fields.texts('annotations', size) }),
    ...(fields.has('classification_labels') && { classLabels: classesOf(fields, 'classification_labels', size) }),
  };
}

function featuresOf(fields: SplitFields): PerModality<RowSource> {
  if (!fields.has('text') && fields.has('text_bert')) {
    throw fields.rangeProblem(
      'text',
      'must be there with text features',
      'text_bert (token ids) only; encode the text first',
    );
  }
  return forModalities(
    MODALITIES.filter((modality) => fields.has(modality)),
    (modality) => fields.features(modality),
  );
}

function missingFeatures(fields: SplitFields): never {
  throw fields.rangeProblem('text', '(or audio or vision) must be there', 'none of them');
}

function labelsOf(fields: SplitFields, { scoreKey, classKey }: Layout, task: Task, size: number): Float32Array {
  if (task.kind === 'classification') {
    return Float32Array.from(classesOf(fields, classKey, size), (label, row) => {
      if (label >= 0 && label < task.classes.length) return label;
      throw fields.rangeProblem(
        `${classKey}[${row}]`,
        `must be one of ${task.classes.length} classes, from 0 on`,
        `${label}`,
      );
    });
  }
  const [low, high] = task.range;
  return Float32Array.from(fields.numbers(scoreKey, size), (label, row) => {
    if (label >= low - TOLERANCE && label <= high + TOLERANCE) return label;
    throw fields.rangeProblem(
      `${scoreKey}[${row}]`,
      `must lie in [${low}, ${high}]`,
      `${label}; if the scores have another range, give it as \`task\``,
    );
  });
}

function classesOf(fields: SplitFields, key: string, size: number): Int32Array {
  return Int32Array.from(fields.numbers(key, size), (label, row) => {
    if (Number.isInteger(label)) return label;
    throw fields.rangeProblem(`${key}[${row}]`, 'must be the number of a class', `${label}`);
  });
}

/** `[video, start, end]` -> `video[start,end]`. */
function idOf([first = '', ...rest]: readonly string[]): string {
  return rest.length === 0 ? first : `${first}[${rest.join(',')}]`;
}

function splitsOf(path: string, root: PickleValue): Record<Split, SplitFields> {
  if (!(root instanceof Map)) {
    throw new TypeError(
      `Cannot read ${path} as it must hold a dict of ${SPLITS.join(', ')}: got ${describeValue(root)}.`,
    );
  }
  const keys = [...root.keys()].filter((key) => typeof key === 'string').map(printable);
  const fieldsOf = (split: Split): SplitFields => {
    const fields = root.get(split);
    if (fields instanceof Map) return new SplitFields(path, split, fields);
    if (fields !== undefined) {
      throw new TypeError(`Cannot read ${path} as ${split} must be a dict of fields: got ${describeValue(fields)}.`);
    }
    const near = nearestName(split, keys);
    const hint = near === undefined ? '' : `; is ${near} meant`;
    throw new RangeError(
      `Cannot read ${path} as the split ${split} must be there: got [${keys.slice(0, 10).join(', ')}]${hint}.`,
    );
  };
  return { train: fieldsOf('train'), valid: fieldsOf('valid'), test: fieldsOf('test') };
}

function mapSplits<A, B>(splits: Record<Split, A>, f: (value: A) => B): Record<Split, B> {
  return { train: f(splits.train), valid: f(splits.valid), test: f(splits.test) };
}

/** Feature widths must be those of the training split. */
function checkWidths(path: string, { train, valid, test }: Record<Split, RawSplit>): void {
  for (const [name, split] of Object.entries({ valid, test })) {
    for (const modality of MODALITIES) {
      const wanted = train.features[modality]?.shape[2];
      const got = split.features[modality]?.shape[2];
      // a split without the modality is its own business; one with other features isn't
      if (wanted !== undefined && got !== undefined && wanted !== got) {
        throw new RangeError(
          `Cannot read ${path} as ${name}.${modality} must have ${wanted} features a step as train.${modality} has: got ${got}.`,
        );
      }
    }
  }
}
