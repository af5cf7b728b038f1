import { stderr } from 'node:process';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { COMPONENT_KINDS } from './component-files';
import { colorsFor } from './terminal/colors';
import { readVersion } from './version';

/** Kept apart from engine.ts, which loads TensorFlow.js: help must come at once. */
const BACKENDS = ['auto', 'compiled', 'node-gpu', 'node', 'wasm', 'cpu'];
const SPLITS = ['train', 'valid', 'test'];
const ARCHITECTURE = 'a preset (concat, dbr, derl, fsrf, lmf, misa, mult)';
const DATA = 'a feature file (.pkl or .pkl.gz, MMSA or MulT layout), or "synthetic"';

/** What a shell reports of a program that was interrupted. */
const INTERRUPTED = 130;

/** Runs the command line; returns the exit code. Commands are loaded when they are called. */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const onInterrupted = () => {
    exitCode = INTERRUPTED;
  };
  try {
    await program(onInterrupted).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // it has told what is wrong
    if (process.env['TRIMODAL_DEBUG']) console.error(error);
    else console.error(`${colorsFor(stderr).red('error')} ${(error as Error).message}`);
    return 1;
  }
  return exitCode;
}

function program(onInterrupted: () => void): Command {
  const trimodal = new Command('trimodal')
    .description('Robust multimodal sentiment analysis: text, audio and vision, parts of which may be missing.')
    .version(readVersion())
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .showSuggestionAfterError();

  trimodal
    .command('train')
    .description('Train a model, choose its epoch on the validation split, score the test split once.')
    .addArgument(new Argument('<architecture>', ARCHITECTURE))
    .requiredOption('--data <file>', DATA)
    .requiredOption('--out <folder>', 'where the run goes: config.json, result.json, checkpoint/, events.jsonl')
    .option('--seed <number>', 'of weights, order, dropout and missingness', integer)
    .option('--config <file>', 'a JSON file that is merged into the preset')
    .option('--set <path=value>', 'override a config value, such as training.maxEpochs=4; again for more', several)
    .addOption(backendOption())
    .option(
      '--threads <number>',
      'of a compiled operation (default: all cores if its products are large enough to share, else 1)',
      count,
    )
    .option('--resume', 'go on with the run in --out, exactly where it was')
    .action(async (architecture, options) => {
      if (!(await (await import('./commands/train')).train(architecture, options))) onInterrupted();
    });

  trimodal
    .command('evaluate')
    .description('Score a finished run: whole, or with parts missing.')
    .argument('<run>', 'the folder of a run')
    .requiredOption('--data <file>', `${DATA}; the data that it was trained on`)
    .addOption(new Option('--split <name>', 'what to score; tune on valid').choices(SPLITS).default('test'))
    .option('--missing <protocol>', 'frame-uniform, modality-subsets or modality-rate')
    .option('--rates <list>', 'missing rates (default: 0,0.1,...,0.9)')
    .option('--json <file>', 'write the scores to a JSON file')
    .option('--predictions <file>', 'write id, truth and prediction of every sample to a CSV file')
    .addOption(backendOption('that of the run'))
    .action(async (run, options) => (await import('./commands/evaluate')).evaluate(run, options));

  trimodal
    .command('robustness')
    .description(
      'How finished runs hold up as parts go missing: tables and curves; runs that differ by seed are one row.',
    )
    .argument('<runs...>', 'folders of runs, or folders with runs below')
    .requiredOption('--data <file>', `${DATA}; the data that they were trained on`)
    .addOption(protocolOption())
    .addOption(ratesOption())
    .addOption(new Option('--split <name>', 'what to score; tune on valid').choices(SPLITS).default('test'))
    .addOption(metricsOption())
    .option('--out <folder>', 'where tables and figures go', 'robustness')
    .addOption(backendOption('that of each run'))
    .action(async (runs, options) => (await import('./commands/robustness')).robustness(runs, options));

  trimodal
    .command('ablate')
    .description('What a model is without each of its parts: trains all with several seeds and tests the differences.')
    .addArgument(new Argument('<architecture>', ARCHITECTURE))
    .requiredOption('--data <file>', DATA)
    .addOption(seedsOption())
    .option('--arms <list>', 'names of arms, such as "w/o text,w/o TSF" (default: all; --dry-run prints them)')
    .option('--edit <arm>', 'an arm of your own, "name: path.to.key=value"; again for more', several)
    .option('--config <file>', 'a JSON file that is merged into the preset, for every arm')
    .option('--set <path=value>', 'override a config value for every arm; again for more', several)
    .option('--out <folder>', 'where runs and tables go (default: runs/ablate-<architecture>)')
    .addOption(jobsOption())
    .addOption(protocolOption())
    .addOption(ratesOption())
    .addOption(metricsOption())
    .addOption(backendOption())
    .addOption(foldsOption())
    .option('--dry-run', 'check the arms, say what they are, and stop')
    .action(async (architecture, options) => {
      if (!(await (await import('./commands/ablate')).ablate(architecture, options))) onInterrupted();
    });

  trimodal
    .command('report')
    .description('What finished runs found and what their models look at: one HTML file that opens offline.')
    .argument('<runs...>', 'folders of runs, or folders with runs below')
    .requiredOption('--data <file>', `${DATA}; the data that they were trained on`)
    .option('--out <file>', 'the file', 'report.html')
    .addOption(new Option('--split <name>', 'what curves and models are shown on').choices(SPLITS).default('valid'))
    .addOption(ratesOption())
    .addOption(metricsOption())
    .addOption(backendOption('that of each run'))
    .action(async (runs, options) => (await import('./commands/report')).report(runs, options));

  trimodal
    .command('compare')
    .description(
      'Several architectures, trained with several seeds and tested whole and with parts missing; the first is the baseline.',
    )
    .addArgument(new Argument('<architectures...>', ARCHITECTURE))
    .requiredOption('--data <file>', DATA)
    .addOption(seedsOption())
    .option('--edit <variant>', 'a variant, "dbr, text alone: model.modalities=["text"]"; again for more', several)
    .option('--config <file>', 'a JSON file that is merged into every preset')
    .option('--set <path=value>', 'override a config value for all; again for more', several)
    .option('--out <folder>', 'where runs and tables go', 'runs/compare')
    .addOption(jobsOption())
    .addOption(foldsOption())
    .addOption(protocolOption())
    .addOption(ratesOption())
    .addOption(metricsOption())
    .addOption(backendOption())
    .action(async (architectures, options) => {
      if (!(await (await import('./commands/compare')).compare(architectures, options))) onInterrupted();
    });

  trimodal
    .command('export')
    .description('Write a finished run as a file that ONNX Runtime loads, in Python, C++ or a browser.')
    .argument('<run>', 'the folder of a run')
    .addOption(new Option('--format <name>', 'of the file').choices(['onnx']).default('onnx'))
    .option('--out <file>', 'the file (default: model.onnx in the folder of the run)')
    .option('--checkpoint <name>', 'best, last or a name such as epoch-3', 'best')
    .option('--raw-features', 'the file takes features as they are in the data and standardises them itself')
    .option('--outputs <list>', 'what it gives besides the prediction, such as fusion.weights,pooled')
    .option('--data <file>', `${DATA}; the data that it was trained on (default: where they were then)`)
    .option('--samples <file>', 'write some test samples with the expected outputs to a safetensors file')
    .option('--force', 'replace files that are there')
    .action(async (run, options) => (await import('./commands/export')).exportRun(run, options));

  trimodal
    .command('inspect')
    .description('Print the tree of modules of a preset or a run, with shapes and counts.')
    .argument('<model>', `${ARCHITECTURE}, or the folder of a run`)
    .option('--data <file>', `${DATA}; its sizes are used (default: those of the run, or synthetic)`)
    .option('--config <file>', 'a JSON file that is merged into the preset')
    .option('--set <path=value>', 'override a config value; again for more', several)
    .action(async (model, options) => (await import('./commands/inspect')).inspect(model, options));

  const data = trimodal.command('data').description('Look into data files.');
  data
    .command('inspect')
    .description('Print splits, shapes, lengths, labels, NaN and constant columns of a feature file.')
    .argument('<file>', DATA)
    .option('--json <file>', 'write the description to a JSON file')
    .action(async (file, options) => (await import('./commands/inspect-data')).inspectData(file, options));

  const backend = trimodal.command('backend').description('Link a faster backend, or undo that.');
  backend
    .command('link')
    .description(
      'Build the addon of an installed @tensorflow/tfjs-node or -gpu against the TensorFlow that Python has, and verify it (Linux x64).',
    )
    .addOption(addonOption('the package to link (default: the one that is installed, or fits the TensorFlow)'))
    .option('--python <file>', 'the Python that has TensorFlow (default: the active environment, .venv, the PATH)')
    .option('--node-headers <folder>', 'a folder with include/node (default: where Node is, else they are fetched)')
    .action(async (options) => {
      if (!(await (await import('./commands/backend')).linkBackend(options))) onInterrupted();
    });
  backend
    .command('unlink')
    .description('Take links away and bring back what was there before.')
    .addOption(addonOption('the package to unlink (default: all)'))
    .action(async (options) => (await import('./commands/backend')).unlinkBackend(options));

  trimodal
    .command('doctor')
    .description('What is installed, which backend is taken and why, how fast it is, and how to get a better one.')
    .addOption(backendOption())
    .option(
      '--python <file>',
      'the Python to look for TensorFlow in (default: the active environment, .venv, the PATH)',
    )
    .option('--json <file>', 'write what was found to a JSON file')
    .action(async (options) => (await import('./commands/doctor')).doctor(options));

  const fresh = trimodal.command('new').description('Write what you go on from.');
  fresh
    .command('component')
    .description('Write a typed component of a model, and its test, that work and are yours to change.')
    .argument('<name>', 'in kebab case, such as my-fusion')
    .addOption(
      new Option('--kind <name>', 'what it is (default: what its name ends with, else fusion)').choices(
        COMPONENT_KINDS,
      ),
    )
    .option('--dir <folder>', 'where it goes', 'src')
    .action(async (name, options) => (await import('./commands/new')).newComponent(name, options));

  trimodal
    .command('demo')
    .description('Train DBR on the synthetic benchmark and show what it learnt, in a minute or two.')
    .option('--out <folder>', 'where the run goes; a temporary folder unless told')
    .addOption(backendOption())
    .action(async (options) => {
      if (!(await (await import('./commands/demo')).demo(options))) onInterrupted();
    });
  return trimodal;
}

function backendOption(fallback = 'auto'): Option {
  return new Option('--backend <name>', `where to compute (default: ${fallback})`).choices(BACKENDS);
}

function addonOption(description: string): Option {
  return new Option('--package <name>', description).choices(['node', 'node-gpu']);
}

function seedsOption(): Option {
  return new Option('--seeds <list>', 'such as 1111..1115 or 1,2,3').default('1111..1115');
}

function jobsOption(): Option {
  return new Option('--jobs <number>', 'runs at once, a thread each (default: as many as there are cores)').argParser(
    positive,
  );
}

function foldsOption(): Option {
  return new Option(
    '--folds <number>',
    'for tuning: cross-validation over the videos of train and valid, two runs a fold; test is not touched',
  ).argParser(positive);
}

function protocolOption(): Option {
  const known = 'frame-uniform, modality-subsets, modality-rate';
  return new Option('--protocol <list>', `what goes missing: ${known}, or none`).default(
    'frame-uniform,modality-subsets',
  );
}

function ratesOption(): Option {
  return new Option('--rates <list>', 'missing rates (default: 0,0.1,...,0.9)');
}

function metricsOption(): Option {
  return new Option(
    '--metrics <list>',
    'scores to show (default: mae,corr,acc2NonZero,f1NonZero, or those of classes)',
  );
}

/** Gathers the values of an option that may come again. */
function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function positive(text: string): number {
  const value = integer(text);
  if (value < 1) throw new InvalidArgumentError('It must be an integer from 1.');
  return value;
}

function count(text: string): number {
  const value = integer(text);
  if (value < 0) throw new InvalidArgumentError('It must be an integer from 0.');
  return value;
}

function integer(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be an integer.');
  return value;
}
