import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { presets } from '@trimodal/models';
import { describe, expect, test, vi } from 'vitest';
import { DATA, newFolder, trimodal } from './__fixtures__/cli';
import { main } from './main';

/** Runs the command line in this process. */
async function run(...args: string[]) {
  const texts: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
  const into = (name: keyof typeof texts) => (text: unknown) => texts[name].push(String(text)) > 0;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(into('stdout')),
    vi.spyOn(process.stderr, 'write').mockImplementation(into('stderr')),
  ];
  try {
    const exitCode = await main(args);
    return { exitCode, stdout: texts.stdout.join(''), stderr: texts.stderr.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('help', () => {
  test.each<[string[], string[]]>([
    [[], ['train', 'evaluate', 'export', 'inspect', 'data', 'backend', 'doctor', 'demo']],
    [
      ['train'],
      ['<architecture>', '--data', '--out', '--seed', '--config', '--set', '--backend', '--threads', '--resume'],
    ],
    [['evaluate'], ['<run>', '--data', '--missing', '--rates', '--json', '--predictions', '--backend']],
    [
      ['export'],
      ['<run>', '--format', '--out', '--checkpoint', '--raw-features', '--outputs', '--data', '--samples', '--force'],
    ],
    [
      ['ablate'],
      [
        '<architecture>',
        '--data',
        '--seeds',
        '--arms',
        '--edit',
        '--out',
        '--jobs',
        '--folds',
        '--protocol',
        '--dry-run',
      ],
    ],
    [['compare'], ['<architectures...>', '--data', '--seeds', '--edit', '--out', '--jobs', '--folds', '--protocol']],
    [['robustness'], ['<runs...>', '--data', '--protocol', '--rates', '--split', '--metrics', '--out', '--backend']],
    [['inspect'], ['<model>', '--data', '--config', '--set']],
    [['data'], ['inspect']],
    [
      ['data', 'inspect'],
      ['<file>', '--json'],
    ],
    [['demo'], ['--out', '--backend']],
    [['backend'], ['link', 'unlink']],
    [
      ['backend', 'link'],
      ['--package', '--python', '--node-headers', 'Linux x64'],
    ],
    [['backend', 'unlink'], ['--package']],
    [['doctor'], ['--backend', '--python', '--json']],
  ])('of trimodal %j tells of everything', async (command, names) => {
    const { exitCode, stdout, stderr } = await run(...command, '--help');
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(['Usage: trimodal', ...command].join(' '));
    for (const name of names) expect(stdout).toContain(name);
  });

  test('names every preset', async () => {
    const { stdout } = await run('train', '--help');
    expect(stdout.replace(/\s+/g, ' ')).toContain(`a preset (${Object.keys(presets).sort().join(', ')})`);
  });

  test('and the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('comes at once: nothing heavy is loaded before a command is', () => {
    const dist = fileURLToPath(new URL('../dist/', import.meta.url));
    const seen = new Set<string>();
    const visit = (file: string): string[] => {
      if (seen.has(file)) return [];
      seen.add(file);
      const imports = readFileSync(dist + file, 'utf8').matchAll(/^(?:import|export)\b[^'"(]*["']([^'"]+)["']/gm);
      return [...imports].flatMap(([, name]) => (name!.startsWith('./') ? visit(name!.slice(2)) : [name!]));
    };
    const external = new Set(visit('index.js').map((name) => name.replace('node:', '')));
    expect([...external].filter((name) => !builtinModules.includes(name)).sort()).toEqual(['commander', 'picocolors']);
  });
});

describe('a wrong command line is told in a line, with exit code 1', () => {
  test.each<[string[], string]>([
    [['train', 'dbr', '--out', 'x'], "error: required option '--data <file>' not specified"],
    [['inspect'], "error: missing required argument 'model'"],
    [['trian'], "error: unknown command 'trian'"],
    [['train', 'dbr', '--data', 'x', '--out', 'x', '--seed', '1.5'], 'It must be an integer.'],
    [['train', 'dbr', '--data', 'x', '--out', 'x', '--threads', '-1'], 'It must be an integer from 0.'],
    [['train', 'dbr', '--data', 'x', '--out', 'x', '--backend', 'gpu'], 'Allowed choices are auto, compiled, node-gpu'],
    [['ablate', 'dbr', '--data', 'x', '--jobs', '0'], 'It must be an integer from 1.'],
    [['evaluate', 'x', '--data', 'y', '--misisng', 'z'], 'Did you mean --missing?'],
    [['export', 'x', '--format', 'tflite'], 'Allowed choices are onnx.'],
  ])('%j', async (args, message) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\(--help tells more\)\n$/);
  });
});

test('what goes wrong in a command is told in a line, without a stack', async () => {
  const { status, stdout, stderr } = await trimodal(['evaluate', 'nowhere', '--data', DATA]);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    'error Cannot read nowhere/result.json as nowhere must be the folder of a finished run: it has no result.json.\n',
  );
});

test('where there is no terminal, lines are plain', async () => {
  const args = ['train', 'concat', '--data', DATA, '--out', newFolder(), '--seed', '3', '--backend', 'cpu'];
  const small = ['--set', 'model.dModel=8', '--set', 'model.head.hiddenDim=4', '--set', 'training.maxEpochs=2'];
  const { status, stdout, stderr } = await trimodal([...args, ...small]);
  expect(status, stderr).toBe(0);
  // neither colours nor a cursor that moves
  expect(stdout + stderr).not.toContain('\u001b');
  expect(stdout + stderr).not.toContain('\r');
  expect(stderr).toMatch(/^epoch 1\/2, step 1: loss \d\.\d{3}, \d+\.\d ms a step.* \(task \d\.\d{3}/);
  expect(stderr).toMatch(/^epoch 2 {2}loss \d\.\d{3} {2}valid mae \d\.\d{3}/m);
  expect(stdout).toMatch(/^concat on .*tiny\.pkl, seed 3; backend cpu: cpu was asked for\n┌/);
});
