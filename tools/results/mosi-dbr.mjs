// Trains every preset with every seed on CMU-MOSI, takes parts of the test split away, and writes docs/results/mosi-dbr.md.
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
    presets: { type: 'string', default: 'concat,dbr' },
    seeds: { type: 'string', default: '1111,1112,1113,1114,1115' },
    threads: { type: 'string', default: '1' },
  },
});
if (!options.data) throw new Error('Cannot make the results as --data must name the CMU-MOSI file: got none.');
const presets = options.presets.split(',');
const seeds = options.seeds.split(',');

const results = {};
for (const preset of presets) {
  results[preset] = seeds.map((seed) => {
    const run = join(options.out, `${preset}-${seed}`);
    if (!existsSync(join(run, 'result.json'))) {
      const begun = existsSync(join(run, 'config.json')) ? ['--resume'] : [];
      trimodal(
        'train',
        preset,
        '--data',
        options.data,
        '--out',
        run,
        '--seed',
        seed,
        '--threads',
        options.threads,
        ...begun,
      );
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
  const [first] = results[presets[0]];
  const { data, versions, backend } = first.result;
  return `# DBR on CMU-MOSI

Made by one command, from nothing but the file; numbers are means over the seeds, ± the sample standard deviation.

    node tools/results/mosi-dbr.mjs --data mosi.pkl.gz${options.presets === 'concat,dbr' ? '' : ` --presets ${options.presets}`}

- Data: sha256 \`${data.hash}\`, ${Object.entries(data.sizes)
    .map(([split, size]) => `${split} ${size}`)
    .join(', ')}; features standardised by the training split.
- Seeds: ${seeds.join(', ')}. The epoch is the one with the lowest MAE on the validation split; every number of a run is from it. The test split was scored once, afterwards.
- Backend: ${backend.name}; ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
- \`frame-uniform\`: each observed step is dropped with probability r, mean over r = 0, 0.1 ... 0.9. \`modality-subsets\`: mean of the six incomplete subsets.
  Masks are the same for every model and seed.

## Test split, nothing taken away

${markdown(
  ['preset', ...METRICS, 'parameters', 'ms a step'],
  presets.map((preset) => [
    preset,
    ...METRICS.map((name) => spread(results[preset].map(({ result }) => result.test[name]))),
    results[preset][0].result.numParameters.toLocaleString('en'),
    meanAndStd(results[preset].map(({ result }) => result.msPerStep)).mean.toFixed(1),
  ]),
)}

## With parts missing

${markdown(
  ['preset', 'frame-uniform MAE', 'acc2NonZero', 'f1NonZero', 'modality-subsets MAE', 'acc2NonZero', 'f1NonZero'],
  presets.map((preset) => [
    preset,
    ...Object.keys(PROTOCOLS).flatMap((protocol) =>
      ['mae', 'acc2NonZero', 'f1NonZero'].map((name) =>
        spread(results[preset].map(({ robustness }) => robustness[protocol].mean[name])),
      ),
    ),
  ]),
)}

### f1NonZero by what is left

${markdown(
  ['preset', ...conditions('modality-subsets')],
  presets.map((preset) => [preset, ...byCondition(preset, 'modality-subsets', 'f1NonZero')]),
)}

### acc2NonZero by the rate of missing steps

${markdown(
  ['preset', ...conditions('frame-uniform')],
  presets.map((preset) => [preset, ...byCondition(preset, 'frame-uniform', 'acc2NonZero')]),
)}

${comparison()}## Every seed

${markdown(
  ['preset', 'seed', 'epoch', ...METRICS],
  presets.flatMap((preset) =>
    results[preset].map(({ result }) => [
      preset,
      result.seed,
      result.selected.epoch,
      ...METRICS.map((name) => result.test[name].toFixed(4)),
    ]),
  ),
)}

${diagnostics()}`;
}

/** Differences to the first preset, paired by seed. */
function comparison() {
  if (presets.length < 2 || seeds.length < 2) return '';
  const [base, ...others] = presets;
  const rows = others.flatMap((preset) =>
    METRICS.slice(0, 4).map((name) => {
      const of = (which) => results[which].map(({ result }) => result.test[name]);
      const { difference, lower, upper, pValue } = pairedTTest(of(preset), of(base));
      return [
        `${preset} - ${base}`,
        name,
        difference.toFixed(4),
        `${lower.toFixed(4)} to ${upper.toFixed(4)}`,
        pValue.toFixed(3),
      ];
    }),
  );
  return `## Differences, paired by seed\n\n${markdown(['models', 'metric', 'difference', '95 % interval', 'p (paired t)'], rows)}\n\n`;
}

function diagnostics() {
  const rows = presets.flatMap((preset) => {
    const all = results[preset].flatMap(({ result }) => result.diagnostics.branchBalance ?? []);
    if (all.length === 0) return [];
    const of = (f) => spread(all.map(f));
    return [
      [
        preset,
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

${markdown(['preset', 'redundancy', 'modality from shared', 'chance', 'private-shared CKA', 'bias', 'complementarity'], rows)}
`;
}

function conditions(protocol) {
  return results[presets[0]][0].robustness[protocol].conditions.map(({ name }) => name);
}

function byCondition(preset, protocol, metric) {
  return conditions(protocol).map((_, i) =>
    spread(results[preset].map(({ robustness }) => robustness[protocol].conditions[i].test[metric])),
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
