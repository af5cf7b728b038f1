// Trains the baseline and DBR, with vision and without, with every seed on CMU-MOSI, takes parts of the test split away, and writes docs/results/mosi-dbr.md.
// What is finished is kept: an interrupted command goes on where it was.
//
//     node tools/results/mosi-dbr.mjs --data ../shared/data/mosi.pkl.gz
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { meanAndStd, pairedTTest } from '../../packages/metrics/dist/index.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const METRICS = ['mae', 'corr', 'f1NonZero', 'acc2NonZero', 'f1HasZero', 'acc2HasZero', 'acc7', 'acc5'];
const PROTOCOLS = { 'frame-uniform': ['--rates', '0,0.1,...,0.9'], 'modality-subsets': [] };
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string', default: join(root, 'runs/mosi-dbr') },
    page: { type: 'string', default: join(root, 'docs/results/mosi-dbr.md') },
    seeds: { type: 'string', default: '1111,1112,1113,1114,1115' },
    threads: { type: 'string', default: '1' },
  },
});
if (!options.data) throw new Error('Cannot make the results as --data must name the CMU-MOSI file: got none.');
/** Vision is there for 254 of the 1701 training utterances: each model is trained without it and with it. */
const WITHOUT_VISION = 'model.modalities=["text","audio"]';
const WITH_VISION = 'model.modalities=["text","audio","vision"]';
const models = {
  'concat, text + audio': ['concat', WITHOUT_VISION],
  'concat, all three': ['concat', WITH_VISION],
  'dbr, text + audio': ['dbr', WITHOUT_VISION],
  'dbr, all three': ['dbr', WITH_VISION],
};
const names = Object.keys(models);
const seeds = options.seeds.split(',');

const results = {};
for (const model of names) {
  results[model] = seeds.map((seed) => {
    const [architecture, edit] = models[model];
    const run = join(options.out, `${model.replaceAll(/[^a-z]+/g, '-')}-${seed}`);
    if (!existsSync(join(run, 'result.json'))) {
      const begun = existsSync(join(run, 'config.json')) ? ['--resume'] : [];
      const where = ['--data', options.data, '--out', run, '--threads', options.threads];
      trimodal('train', architecture, '--set', edit, '--seed', seed, ...where, ...begun);
    }
    const robustness = {};
    for (const [protocol, extra] of Object.entries(PROTOCOLS)) {
      const file = join(run, `${protocol}.json`);
      if (!existsSync(file))
        trimodal('evaluate', run, '--data', options.data, '--missing', protocol, ...extra, '--json', file);
      robustness[protocol] = JSON.parse(readFileSync(file, 'utf8'));
    }
    return { result: JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')), robustness };
  });
}
mkdirSync(dirname(options.page), { recursive: true });
writeFileSync(`${options.page}.tmp`, page());
renameSync(`${options.page}.tmp`, options.page);
console.log(`Written to ${options.page}`);

function trimodal(...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'packages/trimodal/bin/trimodal.js'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new Error(`Cannot make the results as trimodal ${args.join(' ')} must succeed: it ended with ${status}.`);
}

function page() {
  const [first] = results[names[0]];
  const { data, versions, backend } = first.result;
  return `# DBR on CMU-MOSI

Made by one command, from nothing but the file; numbers are means over the seeds, ± the sample standard deviation.

    node tools/results/mosi-dbr.mjs --data mosi.pkl.gz

- Data: sha256 \`${data.hash}\`, ${Object.entries(data.sizes)
    .map(([split, size]) => `${split} ${size}`)
    .join(', ')}; features standardised by the training split.
- Seeds: ${seeds.join(', ')}. The epoch is the one with the lowest MAE on the validation split; every number of a run is from it. The test split was scored once, afterwards.
- Backend: ${backend.name}, threads of an operation: ${backend.threads}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
- \`frame-uniform\`: each observed step is dropped with probability r, mean over r = 0, 0.1 ... 0.9. \`modality-subsets\`: mean of the six incomplete subsets.
  Masks are the same for every model and seed.

## Test split, nothing taken away

${markdown(
  ['model', ...METRICS, 'parameters', 'ms a step'],
  names.map((model) => [
    model,
    ...METRICS.map((metric) => spread(results[model].map(({ result }) => result.test[metric]))),
    results[model][0].result.numParameters.toLocaleString('en'),
    meanAndStd(results[model].map(({ result }) => result.msPerStep)).mean.toFixed(1),
  ]),
)}

## With parts missing

${markdown(
  ['model', 'frame-uniform MAE', 'acc2NonZero', 'f1NonZero', 'modality-subsets MAE', 'acc2NonZero', 'f1NonZero'],
  names.map((model) => [
    model,
    ...Object.keys(PROTOCOLS).flatMap((protocol) =>
      ['mae', 'acc2NonZero', 'f1NonZero'].map((name) =>
        spread(results[model].map(({ robustness }) => robustness[protocol].mean[name])),
      ),
    ),
  ]),
)}

### f1NonZero by what is left

${markdown(
  ['model', ...conditions('modality-subsets')],
  names.map((model) => [model, ...byCondition(model, 'modality-subsets', 'f1NonZero')]),
)}

### acc2NonZero by the rate of missing steps

${markdown(
  ['model', ...conditions('frame-uniform')],
  names.map((model) => [model, ...byCondition(model, 'frame-uniform', 'acc2NonZero')]),
)}

${comparison()}## Every seed

${markdown(
  ['model', 'seed', 'epoch', ...METRICS],
  names.flatMap((model) =>
    results[model].map(({ result }) => [
      model,
      result.seed,
      result.selected.epoch,
      ...METRICS.map((metric) => result.test[metric].toFixed(4)),
    ]),
  ),
)}

${diagnostics()}`;
}

/** Differences, paired by seed: of the two models on the same modalities, and of each with vision to itself without. */
function comparison() {
  if (seeds.length < 2) return '';
  const pairs = [
    ['dbr, text + audio', 'concat, text + audio'],
    ['dbr, all three', 'concat, all three'],
    ['concat, all three', 'concat, text + audio'],
    ['dbr, all three', 'dbr, text + audio'],
  ];
  const rows = pairs.flatMap(([model, base]) =>
    METRICS.slice(0, 4).map((metric) => {
      const of = (which) => results[which].map(({ result }) => result.test[metric]);
      const { difference, lower, upper, pValue } = pairedTTest(of(model), of(base));
      const interval = `${lower.toFixed(4)} to ${upper.toFixed(4)}`;
      return [`${model} - ${base}`, metric, difference.toFixed(4), interval, pValue.toFixed(3)];
    }),
  );
  return `## Differences, paired by seed\n\n${markdown(['models', 'metric', 'difference', '95 % interval', 'p (paired t)'], rows)}\n\n`;
}

function diagnostics() {
  const rows = names.flatMap((model) => {
    const all = results[model].flatMap(({ result }) => result.diagnostics.branchBalance ?? []);
    if (all.length === 0) return [];
    const of = (f) => spread(all.map(f));
    return [
      [
        model,
        of((d) => d.redundancy),
        of((d) => d.leakage.modalityFromShared),
        of((d) => d.leakage.chance),
        of((d) => d.leakage.privateSharedCka),
        of((d) => d.bias),
        of((d) => d.complementarity),
      ],
    ];
  });
  if (rows.length === 0) return '';
  return `## Branch balance, on the validation split

Redundancy: mean CKA of the shared parts of two modalities. Leakage: how well a linear probe tells the modality from a shared part (against chance), and the CKA of
private and shared parts. Bias: of the shared branch's error without text, the share that text takes away. Complementarity: the MAE of the better branch minus that of both.

${markdown(['model', 'redundancy', 'modality from shared', 'chance', 'private-shared CKA', 'bias', 'complementarity'], rows)}
`;
}

function conditions(protocol) {
  return results[names[0]][0].robustness[protocol].conditions.map(({ name }) => name);
}

function byCondition(model, protocol, metric) {
  return conditions(protocol).map((_, i) =>
    spread(results[model].map(({ robustness }) => robustness[protocol].conditions[i].scores[metric])),
  );
}

function spread(values) {
  if (values.length < 2) return values[0].toFixed(3);
  const { mean, std } = meanAndStd(values);
  return `${mean.toFixed(3)} ± ${std.toFixed(3)}`;
}

function markdown(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
