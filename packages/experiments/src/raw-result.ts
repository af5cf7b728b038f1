import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Missingness, Split, Task } from '@trimodal/data';
import type { Condition } from './protocols';
import type { Scores } from './scores';
import { writeFileWhole } from './write-file';

/** What was found under one condition. */
export type ConditionResult = {
  readonly name: string;
  readonly missingness?: Missingness;
  /** SHA-256 of the masks: results with the same hash were tested on the same data. */
  readonly maskHash?: string;
  readonly scores: Scores;
  /** SHA-256 of the predictions as float32, little-endian. */
  readonly predictionsHash: string;
  /** `[n * outDim]`, in the order of `ids`. */
  readonly predictions: readonly number[];
};

/** What the numbers depend on: where one differs, they are made anew. */
export type RawResultKey = {
  /** SHA-256 of the file of weights. */
  readonly checkpoint: string;
  readonly dataHash: string;
  readonly split: Split;
  readonly protocol: string;
  readonly backend: string;
};

/** All that one run was tested for by one protocol: every table is made from such files. */
export type RawResult = {
  readonly format: 'trimodal-raw-result-1';
  readonly key: RawResultKey;
  readonly task: Task;
  readonly ids: readonly string[];
  readonly truth: readonly number[];
  readonly conditions: readonly ConditionResult[];
};

/** What a model says to a condition; as `Evaluation` of the command line. */
export type ScoredCondition = {
  readonly truth: Float32Array;
  readonly predictions: Float32Array;
  readonly scores: Scores;
  readonly maskHash?: string;
};

export type TestRunOptions = {
  /** Where the raw result is, or goes. */
  readonly file: string;
  readonly key: RawResultKey;
  readonly conditions: readonly Condition[];
  readonly task: Task;
  readonly ids: readonly string[];
  /** Called for each condition that isn't in the file yet. */
  readonly score: (missingness: Missingness | undefined) => Promise<ScoredCondition>;
  readonly onScored?: (condition: Condition) => void;
};

/**
 * The raw result of a run for some conditions: read where it is there, made and written where not, one condition at a time; so a second call
 * reads, and one that was interrupted goes on. Conditions of earlier calls stay in the file.
 *
 * @throws RangeError if the file is damaged.
 */
export async function testRun(options: TestRunOptions): Promise<RawResult> {
  const { file, key, conditions, task, ids, score } = options;
  const before = existsSync(file) ? readRawResult(file) : undefined;
  const isCurrent = before && JSON.stringify(before.key) === JSON.stringify(key);
  let truth = isCurrent ? before.truth : [];
  const known = new Map((isCurrent ? before.conditions : []).map((each) => [identity(each), each]));
  const result = (some: readonly ConditionResult[]): RawResult => ({
    format: FORMAT,
    key,
    task,
    ids,
    truth,
    conditions: some,
  });
  for (const condition of conditions) {
    if (known.has(identity(condition))) continue;
    const scored = await score(condition.missingness);
    truth = shortest(scored.truth);
    known.set(identity(condition), {
      ...condition,
      ...(scored.maskHash ? { maskHash: scored.maskHash } : {}),
      scores: scored.scores,
      predictionsHash: hashOf(scored.predictions),
      predictions: shortest(scored.predictions),
    });
    writeFileWhole(file, encode(result([...known.values()])));
    options.onScored?.(condition);
  }
  return result(conditions.map((condition) => known.get(identity(condition))!));
}

const FORMAT = 'trimodal-raw-result-1';

/** @throws RangeError if the file isn't a raw result, or its predictions aren't those that were written. */
export function readRawResult(file: string): RawResult {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new RangeError(`Cannot read ${file} as ${problem}; delete it, and it is made again.`, { cause });
  };
  let result: RawResult;
  try {
    result = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    return refuse(`it must be JSON: ${(cause as Error).message}`, cause);
  }
  if (result?.format !== FORMAT) return refuse(`its format must be "${FORMAT}": got ${JSON.stringify(result?.format)}`);
  for (const { name, predictions, predictionsHash } of result.conditions) {
    const found = hashOf(Float32Array.from(predictions));
    if (found !== predictionsHash) {
      refuse(`the predictions of "${name}" must have the SHA-256 ${predictionsHash}: got ${found}`);
    }
  }
  return result;
}

/** Indented but for the long arrays, which take a line each. */
function encode(result: RawResult): string {
  const lines: string[] = [];
  const text = JSON.stringify(
    result,
    (key, value: unknown) => {
      if (!['ids', 'truth', 'predictions'].includes(key)) return value;
      return `@line ${lines.push(JSON.stringify(value)) - 1}`;
    },
    2,
  );
  return `${text.replaceAll(/"@line (\d+)"/g, (_, i: string) => lines[Number(i)]!)}\n`;
}

const identity = ({ name, missingness }: Condition) => JSON.stringify([name, missingness]);

/** Nine digits tell a float32 from every other. */
const shortest = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(9)));

function hashOf(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => void bytes.writeFloatLE(value, i * 4));
  return createHash('sha256').update(bytes).digest('hex');
}
