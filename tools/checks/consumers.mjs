// @trimodal/blocks and @trimodal/losses, packed and installed by npm into an empty folder, work from ESM, from CommonJS
// and from TypeScript (module resolution node16 and bundler), and so do the examples of their READMEs; trimodal runs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { packAll } from './packed.mjs';
import { examplesOf } from './readme-examples.mjs';
import { binOf, ROOT, report, run } from './workspace.mjs';

const WANTED = ['blocks', 'losses'];
/** What npm must not look for elsewhere: the packages that those two depend on. */
const BENEATH = ['core', 'layers'];

const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
const write = (file, content) => writeFileSync(join(folder, file), content);

/** One use of every entry: a class is the same from `.` and from its subpath, and runs. */
const USE = `
  const inputs = { text: tf.ones([2, 3, 4]) };
  const mask = { text: tf.ones([2, 3]) };
  const tsf = new TemporalStructuralFactorization({ dModel: 4, numHeads: 2, modalities: ['text'] }, new Rng(1));
  const { shared } = tsf.forward(inputs, mask, INFERENCE);
  const checks = {
    'the output of TSF': shared.text.shape.join() === '2,3,4',
    'one TSF class': blocks.TemporalStructuralFactorization === TemporalStructuralFactorization,
    'one AGPR class': blocks.AnchorGuidedPrivateRouting === AnchorGuidedPrivateRouting,
    'one BRF class': blocks.BidirectionalRebalancingFusion === BidirectionalRebalancingFusion,
    'a loss of 2': losses.mseLoss(tf.tensor2d([[1], [3]]), tf.tensor2d([[1], [1]])).dataSync()[0] === 2,
  };
  for (const [name, holds] of Object.entries(checks)) if (!holds) throw new Error(name);
`;
const IMPORTS = [
  ['* as tf', 'tf', '@tensorflow/tfjs'],
  ['* as blocks', 'blocks', '@trimodal/blocks'],
  ['* as losses', 'losses', '@trimodal/losses'],
  ['{ INFERENCE, Rng }', '{ INFERENCE, Rng }', '@trimodal/core'],
  ['{ TemporalStructuralFactorization }', '{ TemporalStructuralFactorization }', '@trimodal/blocks/tsf'],
  ['{ AnchorGuidedPrivateRouting }', '{ AnchorGuidedPrivateRouting }', '@trimodal/blocks/agpr'],
  ['{ BidirectionalRebalancingFusion }', '{ BidirectionalRebalancingFusion }', '@trimodal/blocks/brf'],
];
const asImports = IMPORTS.map(([what, , from]) => `import ${what} from '${from}';`).join('\n');
const asRequires = IMPORTS.map(([, what, from]) => `const ${what} = require('${from}');`).join('\n');

try {
  const tarballs = packAll(join(folder, 'tarballs'));
  const file = (name) => `file:${tarballs[`@trimodal/${name}`]}`;
  const among = (names) => Object.fromEntries(names.map((name) => [`@trimodal/${name}`, file(name)]));
  write(
    'package.json',
    JSON.stringify({
      private: true,
      dependencies: { '@tensorflow/tfjs': '4.22.0', ...among(WANTED) },
      overrides: among(BENEATH),
    }),
  );
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder });

  write('esm.mjs', `${asImports}\n${USE}`);
  run(process.execPath, ['esm.mjs'], { cwd: folder });
  write('common.cjs', `${asRequires}\n${USE}`);
  run(process.execPath, ['common.cjs'], { cwd: folder });

  const examples = WANTED.flatMap((name) =>
    examplesOf(readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8')).map(({ code }, i) => {
      write(`${name}-${i}.mts`, code);
      const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
      write(`${name}-${i}.mjs`, ts.transpileModule(code, { compilerOptions: options }).outputText);
      run(process.execPath, [`${name}-${i}.mjs`], { cwd: folder });
      return `${name}-${i}.mts`;
    }),
  );
  const typed = `${asImports}\nexport const rng: Rng = new Rng(1);\nexport const fused = (x: InstanceType<typeof blocks.BidirectionalRebalancingFusion>): number => x.outDim;\nexport { tf, losses, INFERENCE, TemporalStructuralFactorization, AnchorGuidedPrivateRouting, BidirectionalRebalancingFusion };\n`;
  write('esm-types.mts', typed);
  write('common-types.cts', typed);
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', strict: true, noEmit: true, skipLibCheck: true },
      ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')] },
    };
    const common = module === 'esnext' ? [] : ['common-types.cts'];
    write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['esm-types.mts', ...common, ...examples] }));
    run(process.execPath, [binOf('typescript', 'tsc'), '-p', folder], { cwd: folder });
  }
  // the command line brings every other package with it; its native parts must not need a download
  const all = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  const { trimodal, ...others } = all;
  const apart = join(folder, 'command-line');
  mkdirSync(apart);
  const manifest = { private: true, dependencies: { trimodal, '@tensorflow/tfjs': '4.22.0' }, overrides: others };
  writeFileSync(join(apart, 'package.json'), JSON.stringify(manifest));
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: apart, env });
  const tree = run(process.execPath, ['node_modules/trimodal/bin/trimodal.js', 'inspect', 'dbr'], { cwd: apart });
  if (!tree.includes('TemporalStructuralFactorization')) throw new Error(`trimodal inspect dbr printed: ${tree}`);

  report(
    `packed blocks and losses work from ESM, CommonJS, TypeScript, and in ${examples.length} examples; packed trimodal runs`,
    [],
  );
} catch (error) {
  report('', [`A consumer of the packed packages fails: ${error.message}`]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
