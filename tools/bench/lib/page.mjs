import { goalsOf } from './goals.mjs';
import { isDisturbed } from './machine.mjs';

const SHOWN_OPS = 10;

/** The page of results, from what was measured: `{ about, step, infer, memory, profile, epoch, startup }`, of which some may be missing. */
export function page(measured) {
  const { about, step, infer, memory, profile, epoch, startup } = measured;
  const { machine, versions } = about;
  const sections = [
    goals(measured),
    step && section('A training step', step, stepTable(step.result), STEP_NOTE),
    epoch && section('An epoch of DBR on CMU-MOSI', epoch, epochTable(epoch.result), EPOCH_NOTE),
    infer && section('A prediction', infer, stepTable(infer.result), INFER_NOTE),
    memory && section('Memory', memory, memoryTable(memory.result), memoryNote(memory.result)),
    startup && section('Start', startup, startTable(startup.result), START_NOTE),
    profile && section('Where the time of a step goes', profile, profileTables(profile.result), PROFILE_NOTE),
  ];
  return `# Speed

Made by one command; every time is a median, with the quartiles in brackets.

    npm run bench -- report --data mosi.pkl.gz

- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}.
- Versions: ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
- Workloads, all of three modalities: \`encoder\`, two transformer layers each, 50 steps of 768, 5 and 20 features, 4 heads; \`unaligned\`, the same on 50, 375 and 500 steps, 8 heads, pooled by attention;
  \`mosi\`, the \`dbr\` preset on the shapes and lengths of mosi.pkl, half of the sequences losing steps. A step is forward, backward, clipping (\`mosi\`) and AdamW, dropout as in the preset.
  Where we may have all cores, \`compile\` takes one all the same if a graph's products are too small to share.
- PyTorch: the same models in its own idioms (scaled_dot_product_attention, nn.GRU on packed sequences, nn.LayerNorm, nn.Conv1d, AdamW with fused=True), eager and through torch.compile, starting from our weights.
  Its two-thread times suffer when another program wants a core, as its threads spin; so \`others\` says how many cores other programs kept busy before or after; where that left too few, it is bold, and the row isn't counted in the goals.

${sections.filter(Boolean).join('\n\n')}
`;
}

const STEP_NOTE = `\`apart\` is the largest difference of the losses of five steps from the same weights, with every rate of dropout at 0 (for \`mosi\` against eager PyTorch alone). \`to eager\` and \`to compiled\` say how many times as fast as theirs our step is.
The sides take turns in one run, and the first step of each turn isn't counted.`;
const INFER_NOTE = 'Weights are constants of our graph. `apart` is the difference of the first prediction.';
const EPOCH_NOTE =
  "Ours makes each batch on the way, from the standardised file, steps missing anew; PyTorch's batches lie ready in memory. Losses are means over the first epoch, each side with masks of its own.";
const START_NOTE =
  'The first step in a fresh process on one thread: tracing, optimising the graph, loading it into ONNX Runtime, and the step.';
const PROFILE_NOTE = `By ONNX Runtime's profiler, on one thread, batch 32. Matrix products are the floor: nothing else has to take time. The profiler takes time of its own for each node,
so that small operations look larger here than they are; the goal compares the products to the step without it.`;

function section(title, { at, commit, load }, body, note) {
  return `## ${title}\n\n${body}\n\n${note}\n\nMeasured ${at}, commit ${commit}; load average at the start ${load.toFixed(1)}.`;
}

function goals(measured) {
  const words = (reached) => (reached === undefined ? 'not compared' : reached ? 'yes' : '**no**');
  const rows = goalsOf(measured).map(({ goal, measured, reached }) => [goal, measured, words(reached)]);
  return `## Goals\n\n${[table(['goal', 'measured', 'reached'], rows), floor(measured)].filter(Boolean).join('\n\n')}`;
}

/** How fast a step could be at best, with the products that it has. */
function floor({ step, profile }) {
  const bounds = (profile?.result ?? []).flatMap(({ workload, d, plainMs, productsMs }) => {
    const row = step?.result.find((one) => one.workload === workload && one.d === d && one.threads === 1);
    if (!row?.torchEagerMs) return [];
    // the share of the products, of the step as it was measured beside PyTorch
    const products = (row.trimodalMs * productsMs) / plainMs;
    return [`${(row.torchEagerMs / products).toFixed(1)} (\`${workload}\`, d=${d})`];
  });
  if (bounds.length === 0) return undefined;
  return `The floor of a step is its matrix products: were they all it does, it would be ${bounds.join(', ')} times as fast as PyTorch eager's, on one thread. What lies between is in the last section, and what was tried in [0012](../decisions/0012-where-a-step-spends-its-time.md): passes over memory that ONNX Runtime's CPU provider has no joined operation for, and in \`mosi\` thousands of nodes of a recurrent scan.
On two threads PyTorch gains more: its operations are few and large. Where ours are too small to share, one thread is taken.`;
}

function stepTable(rows) {
  return table(
    [
      'workload',
      'd',
      'batch',
      'threads',
      'trimodal ms',
      'PyTorch eager ms',
      'torch.compile ms',
      'to eager',
      'to compiled',
      'apart',
      'others',
    ],
    rows.map((row) => {
      const times = (theirs) => (theirs === null ? '-' : (theirs / row.trimodalMs).toFixed(2));
      return [
        row.workload,
        row.d,
        row.batch,
        row.threads,
        cell(row.spread.trimodal),
        cell(row.spread.torchEager),
        cell(row.spread.torchCompile),
        times(row.torchEagerMs),
        times(row.torchCompileMs),
        row.lossDifference?.toExponential(0) ?? '-',
        others(row),
      ];
    }),
  );
}

function others(row) {
  const cores = row.busyCores.toFixed(1);
  return isDisturbed(row) ? `**${cores}**` : cores;
}

function epochTable(rows) {
  return table(
    ['threads', 'batches', 'trimodal s', 'PyTorch eager s', 'torch.compile s', 'losses', 'others'],
    rows.map(({ threads, batches, spread, firstEpochLoss, busyCores }) => [
      threads,
      batches,
      cell(spread.trimodal, 2),
      cell(spread.torchEager, 2),
      cell(spread.torchCompile, 2),
      Object.values(firstEpochLoss)
        .map((loss) => loss?.toFixed(3) ?? '-')
        .join(', '),
      others({ threads, busyCores }),
    ]),
  );
}

function memoryTable({ peaks }) {
  return table(
    [
      'workload',
      'd',
      'steps',
      'trimodal, highest MB',
      'after the first step',
      'PyTorch eager, highest MB',
      'after the first step',
    ],
    peaks.map((row) => [
      row.workload,
      row.d,
      row.steps,
      row.trimodalMb.toFixed(0),
      row.trimodalFirstMb.toFixed(0),
      row.torchEagerMb?.toFixed(0) ?? '-',
      row.torchEagerFirstMb?.toFixed(0) ?? '-',
    ]),
  );
}

function memoryNote({ flatness }) {
  const { workload, earlySteps, earlyMb, lateSteps, lateMb } = flatness;
  return `The highest resident memory of a training process, batch 32, one thread. Over a long run of \`${workload}\`, ours stood at ${earlyMb.toFixed(0)} MB after ${earlySteps} steps and at ${lateMb.toFixed(0)} MB after ${lateSteps.toLocaleString('en')}.`;
}

function startTable({ helpMs, compile }) {
  return table(
    ['what', 'ms'],
    [
      ['`trimodal --help`', cell(helpMs, 0)],
      ...compile.map(({ workload, d, ms }) => [`first step of \`${workload}\`, d=${d}`, cell(ms, 0)]),
    ],
  );
}

function profileTables(results) {
  const kinds = Object.keys(results[0].byKind);
  const nodesOf = (ops) => ops.reduce((sum, { nodes }) => sum + nodes, 0);
  const overview = table(
    ['workload', 'd', 'step ms', 'with the profiler', ...kinds, 'outside of kernels', 'nodes'],
    results.map(({ workload, d, plainMs, profiledMs, kernelsMs, byKind, ops }) => [
      workload,
      d,
      plainMs.toFixed(1),
      profiledMs.toFixed(1),
      ...kinds.map((kind) => byKind[kind].toFixed(1)),
      (profiledMs - kernelsMs).toFixed(1),
      nodesOf(ops).toLocaleString('en'),
    ]),
  );
  return [overview, ...results.map(operations)].join('\n\n');
}

function operations({ workload, d, ops }) {
  const rest = ops.slice(SHOWN_OPS);
  const sum = (of) => rest.reduce((total, op) => total + op[of], 0);
  const rows = [
    ...ops.slice(0, SHOWN_OPS),
    { op: `${rest.length} others`, ms: sum('ms'), share: sum('share'), nodes: sum('nodes') },
  ];
  return `### ${workload}, d=${d}

${table(
  ['operation', 'ms', 'share of the kernels', 'nodes'],
  rows.map(({ op, ms, share, nodes }) => [op, ms.toFixed(2), `${(100 * share).toFixed(1)} %`, nodes]),
)}`;
}

function cell(quartiles, digits = 1) {
  if (!quartiles || quartiles.median === null) return '-';
  const { lower, median, upper } = quartiles;
  return `${median.toFixed(digits)} [${lower.toFixed(digits)}, ${upper.toFixed(digits)}]`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
