// The core of the suite on the other releases of Node that we promise: what is closest to the machine (typed arrays,
// native libraries, modules) and the command line. Each Node comes from npm, as a package that needs no install script.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binOf, ROOT, report, run } from './workspace.mjs';

const SUPPORTED = [20, 22, 24];
const CORE = [
  'packages/core/src',
  'packages/layers/src',
  'packages/compiler/src/compile.test.ts',
  'packages/training/src/compiled-step.test.ts',
];
const TINY = ['--set', 'training.maxEpochs=1', '--set', 'model.dModel=8', '--set', 'model.head.hiddenDim=4'];

/** The program of a release of Node, which stays in .cache until a newer one is out. */
function nodeOf(major) {
  const folder = join(ROOT, '.cache/node', String(major));
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: String(major) } }),
  );
  try {
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], { cwd: folder });
  } catch (error) {
    throw new Error(
      `Cannot test on Node ${major} as npm must have ${name}@${major}: there is no way to the registry, or no such package in it.\n${error.message}`,
    );
  }
  return join(folder, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
}

/** What goes wrong on one release, or the number of tests that passed. */
function testOn(major) {
  const node = nodeOf(major);
  const version = run(node, ['--version']).trim();
  if (!version.startsWith(`v${major}.`)) throw new Error(`Cannot test on Node ${major}: got ${version} from npm.`);
  const out = mkdtempSync(join(tmpdir(), 'node-versions-'));
  // counted here, not with the tests of the packages
  const { TEST_RESULTS: _, ...env } = process.env;
  const options = { cwd: ROOT, env };
  try {
    const counts = join(out, 'tests.json');
    const reporter = ['--reporter=default', '--reporter=json', `--outputFile=${counts}`];
    run(node, [binOf('vitest'), 'run', '--config', 'vitest.config.ts', ...reporter, ...CORE], options);
    const { numPassedTests } = JSON.parse(readFileSync(counts, 'utf8'));
    const trimodal = join(ROOT, 'packages/trimodal/bin/trimodal.js');
    const { version: wanted } = JSON.parse(readFileSync(join(ROOT, 'packages/trimodal/package.json'), 'utf8'));
    const told = run(node, [trimodal, '--version'], options).trim();
    if (told !== wanted) throw new Error(`trimodal --version says ${told}, not ${wanted}`);
    const data = join(ROOT, 'packages/trimodal/src/__fixtures__/tiny.pkl');
    run(node, [trimodal, 'train', 'concat', '--data', data, '--out', join(out, 'run'), ...TINY], options);
    const { backend, versions } = JSON.parse(readFileSync(join(out, 'run/result.json'), 'utf8'));
    if (backend.name !== 'compiled') throw new Error(`trimodal train computes on ${JSON.stringify(backend)}`);
    if (versions.node !== version) throw new Error(`trimodal train ran on ${versions.node}, not ${version}`);
    return `${numPassedTests} tests and a run on Node ${version.slice(1)}`;
  } catch (error) {
    throw new Error(`On Node ${version}: ${error.message}`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const own = Number(process.versions.node.split('.')[0]);
if (!existsSync(join(ROOT, 'packages/trimodal/dist/index.js'))) {
  report('', ['Cannot test the command line as it must be bundled: npm run setup.']);
} else {
  const passed = [];
  const problems = [];
  // on the release that runs this, npm test runs everything
  for (const major of SUPPORTED.filter((major) => major !== own)) {
    try {
      passed.push(testOn(major));
    } catch (error) {
      problems.push(error.message);
    }
  }
  report(passed.join('; '), problems);
}
