// The layer rule: an import goes to a strictly lower level; siblings never import one another. Read from every
// package.json and every import; tests may import @trimodal/testing besides. Imports must be declared.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { filesBelow, packagesOf, ROOT, report } from './workspace.mjs';

/** The levels of docs/decisions/0004-layers.md, lowest first. */
const LEVELS = [
  ['core', 'metrics', 'tfjs-native'],
  ['layers', 'losses', 'data', 'compiler'],
  ['experts'],
  ['encoders', 'disentanglers', 'blocks', 'fusion', 'self-distillation', 'reconstruction'],
  ['models', 'training'],
  ['experiments'],
  ['trimodal'],
];
const TESTING = '@trimodal/testing';

/** Every breach of the rule below `root`, a sentence each. */
export function layerProblems(root) {
  const packages = packagesOf(root);
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  const shared = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies ?? {});
  return packages.flatMap((from) => [
    ...manifestProblems(from, byName),
    ...filesBelow(join(from.folder, 'src'), /\.(ts|tsx|mts|cts)$/).flatMap((file) =>
      importProblems(root, from, file, byName, shared),
    ),
  ]);
}

function levelOf(name) {
  return LEVELS.findIndex((level) => level.includes(name));
}

/** Why one package may not import another, or undefined if it may. */
function breach(from, to) {
  const [own, other] = [levelOf(from.name), levelOf(to.name)];
  if (other < own) return undefined;
  if (other === own) return `${to.manifest.name} is a sibling on level ${own}`;
  return `${to.manifest.name} is on level ${other}, above level ${own}`;
}

function manifestProblems(from, byName) {
  if (levelOf(from.name) < 0) return [`packages/${from.name}: no level is given for it in tools/checks/layers.mjs`];
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = from.manifest;
  return Object.entries({ dependencies, peerDependencies, optionalDependencies, devDependencies }).flatMap(
    ([kind, names = {}]) =>
      Object.keys(names).flatMap((name) => {
        const where = `packages/${from.name}/package.json ${kind}`;
        if (name === TESTING) return kind === 'devDependencies' ? [] : [`${where}: ${TESTING} is for tests alone`];
        const to = byName.get(name);
        if (!to) return name.startsWith('@trimodal/') ? [`${where}: there is no package ${name}`] : [];
        const why = breach(from, to);
        return why ? [`${where}: ${why}`] : [];
      }),
  );
}

function importProblems(root, from, file, byName, shared) {
  const isTest = /\.test\.\w+$/.test(file) || file.includes('__fixtures__');
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = from.manifest;
  const declared = new Set([
    ...Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }),
    ...(isTest ? [...Object.keys(devDependencies ?? {}), ...shared] : []),
  ]);
  return importsOf(readFileSync(file, 'utf8')).flatMap(({ specifier, line }) => {
    const where = `${relative(root, file)}:${line}`;
    if (specifier.startsWith('.')) {
      const outside = relative(from.folder, join(dirname(file), specifier)).startsWith('..');
      return outside ? [`${where}: ${specifier} leads out of the package`] : [];
    }
    if (isBuiltin(specifier)) return [];
    const [first, second] = specifier.split('/');
    const name = first.startsWith('@') ? `${first}/${second}` : first;
    if (name === from.manifest.name) return [`${where}: ${specifier} is the package itself; import the file`];
    if (name === TESTING) return isTest ? [] : [`${where}: ${TESTING} is for tests alone`];
    const to = byName.get(name);
    const why = to && breach(from, to);
    if (why) return [`${where}: ${why}`];
    if (!declared.has(name)) return [`${where}: ${name} is not declared in packages/${from.name}/package.json`];
    const subpath = `.${specifier.slice(name.length)}`;
    if (to && !Object.hasOwn(to.manifest.exports, subpath)) return [`${where}: ${name} does not export ${subpath}`];
    return [];
  });
}

/** Every import of a source: static, type-only, dynamic, re-exported, `import x = require`, `import('x').T`, `typeof import`. */
export function importsOf(text) {
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node) => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    found.push({ specifier: node.text, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isExternalModuleReference(node)) add(node.expression);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
      if (isImport || isRequire) add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const packages = packagesOf(ROOT);
  report(`${packages.length} packages keep to their level`, layerProblems(ROOT));
}
