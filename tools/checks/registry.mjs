// npm run check:registry: the way to the registry, gone to its end on this machine. A copy of the last commit gets its
// release version, is published to a registry of its own, and is used from there as a stranger would, in empty folders.
// It takes minutes; neither the working tree nor anything outside a temporary folder is changed.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { ask, startRegistry } from './local-registry.mjs';
import { PNPM } from './packed.mjs';
import { examplesOf } from './readme-examples.mjs';
import { binOf, packagesOf, ROOT, report, run } from './workspace.mjs';

const KINDS = ['fusion', 'encoder', 'disentangler', 'shared-branch', 'private-branch'];
const QUIET = ['--no-audit', '--no-fund'];
/** No download of a CUDA provider: the CPU libraries are in the package. */
const WITHOUT_CUDA = { ONNXRUNTIME_NODE_INSTALL: 'skip' };

const folder = mkdtempSync(join(tmpdir(), 'registry-'));
const started = performance.now();

/** Does a step and tells what it took. */
async function step(title, work) {
  const start = performance.now();
  const value = await work();
  console.log(`  ${title} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return value;
}

/** A new empty folder of a user. */
function newFolder(name) {
  const path = join(folder, 'users', name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** The commit that is checked out, in a folder of its own, installed and built; what nx has built of the same files is taken. */
function buildCopy() {
  const copy = join(folder, 'copy');
  run('git', ['clone', '--quiet', ROOT, copy]);
  if (existsSync(join(ROOT, '.nx'))) cpSync(join(ROOT, '.nx'), join(copy, '.nx'), { recursive: true });
  run('npx', ['-y', PNPM, 'install', '--frozen-lockfile', '--prefer-offline'], { cwd: copy });
  run(process.execPath, [binOf('nx'), 'run-many', '--targets=build'], { cwd: copy });
  return copy;
}

/** `changeset version`: all packages get one version, a changelog each, and no note is left. */
function raiseVersions(copy) {
  const before = packagesOf(copy)[0].manifest.version;
  const notes = () =>
    readdirSync(join(copy, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md');
  const hadNotes = notes().length > 0;
  run(process.execPath, [changesetIn(copy), 'version'], { cwd: copy });
  const packages = packagesOf(copy);
  const { version } = packages[0].manifest;
  const changed = version !== before;
  if (notes().length > 0) throw new Error(`changeset version leaves ${notes()}`);
  if (changed !== hadNotes) throw new Error(`changeset version makes ${version} of ${before}`);
  for (const { name, folder: own, manifest } of packages) {
    if (manifest.version !== version) throw new Error(`${name} gets version ${manifest.version}, others ${version}`);
    if (!existsSync(join(own, 'CHANGELOG.md'))) throw new Error(`${name} gets no CHANGELOG.md`);
  }
  return { before, version };
}

function changesetIn(copy) {
  return join(copy, 'node_modules/@changesets/cli/bin.js');
}

/** `changeset publish` as the script `release` calls it: through pnpm, which knows workspace: and catalog:. */
function publish(copy, env) {
  const PATH = run('npx', ['-y', '-p', PNPM, 'node', '-p', 'process.env.PATH']).trim();
  // a proof of provenance can be signed in CI alone; that every package asks for one is looked up below
  const said = run(process.execPath, [changesetIn(copy), 'publish'], {
    cwd: copy,
    env: { ...process.env, ...env, PATH, npm_config_provenance: 'false' },
  });
  const tags = run('git', ['tag'], { cwd: copy }).trim().split('\n');
  const missing = packagesOf(copy).filter(({ manifest: { name, version } }) => !tags.includes(`${name}@${version}`));
  if (missing.length) throw new Error(`changeset publish leaves out ${missing.map(({ name }) => name)}:\n${said}`);
}

/** What the registry says of every package is what a user needs, and what a proof of provenance is held against. */
async function checkManifests(url, copy) {
  const { version } = packagesOf(copy)[0].manifest;
  for (const { name: own, manifest } of packagesOf(copy)) {
    const document = await (await ask(url + manifest.name.replace('/', '%2f'))).json();
    const published = document.versions[version];
    const all = Object.values({
      ...published.dependencies,
      ...published.peerDependencies,
      ...published.optionalDependencies,
    });
    const rules = [
      [document['dist-tags'].latest === version, `dist-tag latest ${version}`],
      [published.publishConfig?.provenance === true, 'publishConfig.provenance true'],
      [published.publishConfig?.access === 'public', 'publishConfig.access public'],
      [published.repository?.url === manifest.repository.url, 'the repository that it is built from'],
      [published.repository?.directory === `packages/${own}`, 'its folder in the repository'],
      [published.license === 'MIT', 'its licence'],
      [/^sha512-/.test(published.dist.integrity), 'an integrity hash'],
      [!all.some((range) => /^(workspace|catalog):/.test(range)), `ranges that npm knows, not ${all}`],
    ];
    for (const [holds, what] of rules) if (!holds) throw new Error(`${manifest.name} must be published with ${what}`);
  }
}

/** `npm install @trimodal/blocks @tensorflow/tfjs`, then the examples that need no more. */
function useBlocks(copy, env) {
  const cwd = newFolder('blocks');
  run('npm', ['install', ...QUIET, '@trimodal/blocks', '@tensorflow/tfjs'], { cwd, env });
  const pages = ['README.md', 'packages/blocks/README.md'].map((page) => readFileSync(join(copy, page), 'utf8'));
  const examples = pages.flatMap(examplesOf).filter(({ code }) => {
    const imports = [...code.matchAll(/from '(@trimodal\/\w+)/g)].map(([, name]) => name);
    return imports.includes('@trimodal/blocks') && imports.every((name) => existsSync(join(cwd, 'node_modules', name)));
  });
  if (examples.length < 4) throw new Error(`the READMEs have ${examples.length} examples of @trimodal/blocks, not 4`);
  examples.forEach(({ code }, i) => {
    const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
    writeFileSync(join(cwd, `${i}.mjs`), ts.transpileModule(code, { compilerOptions: options }).outputText);
    run(process.execPath, [`${i}.mjs`], { cwd });
  });
  return examples.length;
}

/** `npx trimodal train dbr ...` where nothing is installed. */
function trainDbr(env) {
  const cwd = newFolder('train');
  const small = ['--set', 'training.maxEpochs=1', '--set', 'model.dModel=16'];
  run('npx', ['-y', 'trimodal', 'train', 'dbr', '--data', 'synthetic', '--out', 'run', '--seed', '1', ...small], {
    cwd,
    env,
  });
  const { backend, test } = JSON.parse(readFileSync(join(cwd, 'run/result.json'), 'utf8'));
  if (backend.name !== 'compiled') throw new Error(`trimodal train computes on ${JSON.stringify(backend)}`);
  if (!Number.isFinite(test.mae)) throw new Error(`trimodal train scores ${JSON.stringify(test)}`);
}

/** `npx trimodal new component my-fusion`, and one of every other kind: their tests pass, their types hold. */
function writeComponents(env) {
  const cwd = newFolder('component');
  const said = KINDS.map((kind) => run('npx', ['-y', 'trimodal', 'new', 'component', `my-${kind}`], { cwd, env }))[0];
  // the lines that it tells to run, as they are
  const lines = [...said.matchAll(/^ {2}(np[mx] .*)$/gm)].map(([, line]) => line.split(' '));
  if (lines.length < 2) throw new Error(`trimodal new component tells no command:\n${said}`);
  for (const [command, ...args] of lines) run(command, args, { cwd, env });
  const { success, testResults } = JSON.parse(run('npx', ['vitest', 'run', '--reporter=json'], { cwd, env }));
  if (!success || testResults.length !== KINDS.length) throw new Error(`vitest ran ${testResults.length} test files`);
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', strict: true, noEmit: true, skipLibCheck: true, allowJs: false },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, types: [] },
  };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  run(process.execPath, [binOf('typescript', 'tsc'), '-p', cwd], { cwd });
}

/** Every entry of every package loads: by import, and by require where it has a file for that. */
function loadEverything(copy, env) {
  const cwd = newFolder('everything');
  const packages = packagesOf(copy).map(({ manifest }) => manifest);
  run('npm', ['install', ...QUIET, '@tensorflow/tfjs', ...packages.map(({ name }) => name)], { cwd, env });
  const entries = packages
    .filter(({ bin }) => !bin)
    .flatMap(({ name, exports }) =>
      Object.entries(exports)
        .filter(([, target]) => typeof target === 'object')
        .map(([subpath, target]) => [name + subpath.slice(1), target.require !== undefined]),
    );
  const load = entries.flatMap(([entry, common]) => [
    `await import('${entry}');`,
    ...(common ? [`require('${entry}');`] : []),
  ]);
  const lines = [
    "import { createRequire } from 'node:module';",
    'const require = createRequire(import.meta.url);',
    ...load,
  ];
  writeFileSync(join(cwd, 'load.mjs'), lines.join('\n'));
  run(process.execPath, ['load.mjs'], { cwd });
  return entries.length;
}

let registry;
try {
  const copy = await step('the commit that is checked out: copied, installed, built', buildCopy);
  const { before, version } = await step('given its version', () => raiseVersions(copy));
  const names = packagesOf(copy).map(({ manifest }) => manifest.name);
  registry = await step('registry started', () => startRegistry(join(folder, 'registry'), names));
  await step(`${names.length} packages published`, () => publish(copy, registry.env));
  await step('manifests looked up', () => checkManifests(registry.url, copy));
  const env = { ...process.env, ...registry.env, ...WITHOUT_CUDA };
  const numExamples = await step('npm install @trimodal/blocks @tensorflow/tfjs, examples run', () =>
    useBlocks(copy, env),
  );
  await step('npx trimodal train dbr', () => trainDbr(env));
  await step('npx trimodal new component, tests run', () => writeComponents(env));
  const numEntries = await step('every package installed and loaded', () => loadEverything(copy, env));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  report(
    `${names.length} packages went from ${before} to ${version}, to a registry and from there to work: ${numExamples} examples, dbr trained, ${KINDS.length} new components tested, ${numEntries} entries loaded (${seconds} s)`,
    [],
  );
} catch (error) {
  const said = registry ? `\nThe last that the registry said:\n${lastLines(registry.logFile, 20)}` : '';
  report('', [`The way to the registry is not free: ${error.message}${said}`]);
} finally {
  await registry?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

function lastLines(file, count) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
