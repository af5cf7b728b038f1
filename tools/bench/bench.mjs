// Our training step or inference against PyTorch's, interleaved in one run: `node tools/bench/bench.mjs step --json FILE`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const CACHE = join(HERE, '.cache');
const LEARNING_RATE = 1e-3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    python: { type: 'string' },
    repeats: { type: 'string', default: '20' },
    threads: { type: 'string', default: '1,2' },
    widths: { type: 'string', default: '64,128' },
  },
});
const mode = positionals[0] ?? 'step';
if (mode !== 'step' && mode !== 'infer') {
  console.error(
    `Cannot measure ${mode} as it must be step or infer: usage: bench step|infer [--json FILE] [--python PATH]`,
  );
  process.exit(2);
}

mkdirSync(CACHE, { recursive: true });
const python = values.python ?? process.env.TRIMODAL_PYTHON ?? preparePython();
if (!python) console.log('No Python with PyTorch: measuring our side alone. Name one by --python.');
const { encoderArrays, encoderBatch, encoderLearner, encoderRunner } = await bundle('encoder.ts');

const results = [];
for (const d of values.widths.split(',').map(Number)) {
  for (const threads of values.threads.split(',').map(Number)) {
    for (const batchSize of mode === 'step' ? [32] : [1, 64])
      results.push(await measure({ batch: batchSize, time: 50, d, threads }));
  }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);

/** Runs every contender in turn, round by round, so that a change of the machine's load meets all alike. */
async function measure(setting) {
  const learner = encoderLearner(setting.d);
  const batch = encoderBatch(setting);
  const file = join(CACHE, 'encoder.safetensors');
  writeFileSync(file, encoderArrays(learner, batch));
  const ours = encoderRunner(learner, batch, setting.threads, LEARNING_RATE);
  const timed = async () => {
    const began = performance.now();
    const loss = await ours[mode]();
    return { ms: performance.now() - began, loss };
  };
  const contenders = { trimodal: { run: timed, close: () => ours.dispose() } };
  if (python) {
    contenders.torchEager = mirror({ ...setting, file, compile: false, learningRate: LEARNING_RATE });
    contenders.torchCompile = mirror({ ...setting, file, compile: true, learningRate: LEARNING_RATE });
  }
  const first = {};
  for (const [name, contender] of Object.entries(contenders)) {
    const began = performance.now();
    // the first run compiles, the second and third warm up
    first[name] = [await contender.run(), await contender.run(), await contender.run()].map(({ loss }) => loss);
    if (name === 'trimodal') first.compileMs = performance.now() - began;
  }
  const ms = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let i = 0; i < Number(values.repeats); i++) {
    for (const [name, contender] of Object.entries(contenders)) {
      const result = await contender.run();
      ms[name].push(result?.ms ?? Number.NaN);
    }
  }
  for (const contender of Object.values(contenders)) contender.close();
  const spread = Object.fromEntries(Object.entries(ms).map(([name, times]) => [name, quartiles(times)]));
  const result = {
    workload: 'encoder',
    mode,
    ...setting,
    trimodalMs: spread.trimodal.median,
    torchEagerMs: spread.torchEager?.median ?? null,
    torchCompileMs: spread.torchCompile?.median ?? null,
    spread,
    losses: { trimodal: first.trimodal, torchEager: first.torchEager ?? null },
    firstStepMs: first.compileMs,
    load: loadavg()[0],
  };
  print(result);
  return result;
}

function quartiles(times) {
  const sorted = times.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

function print({ workload, batch, d, threads, spread, losses, load }) {
  const text = Object.entries(spread).map(([name, { lower, median, upper }]) =>
    median === null ? `${name} -` : `${name} ${median.toFixed(1)} ms [${lower.toFixed(1)}, ${upper.toFixed(1)}]`,
  );
  const difference =
    losses.torchEager && Math.max(...losses.trimodal.map((loss, i) => Math.abs(loss - losses.torchEager[i])));
  const ratio = spread.torchEager && (spread.torchEager.median / spread.trimodal.median).toFixed(2);
  console.log(
    `${workload} ${mode} d=${d} batch=${batch} threads=${threads}: ${text.join(', ')}` +
      `${ratio ? `; ${ratio} times PyTorch eager, values differ by ${difference.toExponential(1)}` : ''}; load ${load.toFixed(1)}`,
  );
}

/** PyTorch in a process of its own, which waits between its turns. */
function mirror(setting) {
  const child = spawn(python, [join(HERE, 'encoder.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
  let problem = '';
  child.stderr.on('data', (text) => {
    problem += text;
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify(setting)}\n`);
  return {
    async run() {
      child.stdin.write(`${mode}\n`);
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      if (problem)
        console.log(`PyTorch${setting.compile ? ' compiled' : ''} failed: ${problem.trim().split('\n').at(-1)}`);
      problem = '';
      return { ms: Number.NaN, loss: Number.NaN };
    },
    close: () => child.stdin.end(),
  };
}

/** A virtual environment with PyTorch, made once if the wheels can be had. */
function preparePython() {
  const home = join(CACHE, 'python');
  const program = join(home, 'bin', 'python');
  const works = () => existsSync(program) && spawnSync(program, ['-c', 'import torch']).status === 0;
  if (works()) return program;
  console.log('Setting up Python with PyTorch, once.');
  spawnSync('python3', ['-m', 'venv', home]);
  const index = ['--extra-index-url', 'https://download.pytorch.org/whl/cpu'];
  spawnSync(program, ['-m', 'pip', 'install', '--quiet', 'torch==2.13.*', 'numpy', ...index]);
  return works() ? program : undefined;
}

async function bundle(entry) {
  const outfile = join(CACHE, 'encoder.mjs');
  await build({
    entryPoints: [join(HERE, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@trimodal/source'],
    external: ['@tensorflow/*', 'onnxruntime-node', '@bufbuild/*'],
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
