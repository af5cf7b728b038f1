// The reference of every package from its doc comments: a page of Markdown for each entry, made by TypeDoc.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Application, Converter, IntrinsicType, LogLevel, ReferenceType, ReflectionKind } from 'typedoc';
import { sourcesByImport } from '../checks/readme-examples.mjs';
import { filesBelow, ROOT } from '../checks/workspace.mjs';
import { packagesOfTheSite } from './links.mjs';

const CACHE = join(ROOT, '.cache/docs');
/** A type that is longer than this is shown by the name that the source has for it. */
const MAX_TYPE = 300;

/**
 * Writes `<out>/<package>.md`, and `<out>/<package>/<entry>.md` for entries of their own.
 *
 * @returns What TypeDoc finds wrong with the comments, a sentence each.
 */
export async function writeReference(out) {
  const names = packagesOfTheSite().map(({ manifest }) => manifest.name);
  const entries = Object.entries(sourcesByImport(ROOT)).filter(
    ([name]) => name.startsWith('@trimodal/') && names.includes(name.split('/').slice(0, 2).join('/')),
  );
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map(([, file]) => file),
    tsconfig: writeTsconfig(entries),
    basePath: ROOT,
    out,
    router: 'module',
    entryFileName: 'index',
    readme: 'none',
    logLevel: LogLevel.Warn,
    disableGit: true,
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    skipErrorChecking: true, // the check of types does that
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hidePageTitle: true,
    parametersFormat: 'table',
    typeDeclarationFormat: 'table',
    propertiesFormat: 'table',
  });
  const problems = [];
  app.logger.warn = (message) => problems.push(message);
  app.logger.error = (message) => problems.push(message);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => prepare(context, entries));
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const each of Object.values(project.reflections)) if (each.name === '__namedParameters') each.name = 'options';
  });

  const project = await app.convert();
  if (!project) throw new Error(problems.join('\n'));
  await app.generateOutputs(project);
  const pages = new Map(filesBelow(out, /\.md$/).map((file) => [file, finished(file, out)]));
  for (const [file, page] of pages) writeFileSync(file, withLinks(file, page, pages));
  return problems;
}

function writeTsconfig(entries) {
  mkdirSync(CACHE, { recursive: true });
  const tsconfig = join(CACHE, 'tsconfig.json');
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] },
    files: entries.map(([, file]) => relative(CACHE, file)),
  };
  writeFileSync(tsconfig, JSON.stringify(config));
  return tsconfig;
}

/** Names entries as they are imported, puts options into words and long types by their names. */
function prepare(context, entries) {
  const { project } = context;
  for (const module of project.children ?? []) {
    const entry = entries.find(([, file]) => relative(ROOT, file).replace(/(\/index)?\.ts$/, '') === module.name);
    if (entry) module.name = entry[0].replace('@trimodal/', '');
  }
  for (const reflection of Object.values(project.reflections)) {
    if (reflection.comment) describeOptions(reflection.comment);
    if (!reflection.type || reflection.type.toString().length <= MAX_TYPE) continue;
    if (reflection.kindOf(ReflectionKind.Parameter | ReflectionKind.Variable | ReflectionKind.Property)) {
      reflection.type = shortType(context, reflection);
    }
  }
}

/** `@param options.x` says what an option means, on classes as well, where TypeDoc has no place for it. */
function describeOptions(comment) {
  const isOption = ({ tag, name }) => tag === '@param' && name?.includes('.');
  const options = comment.blockTags.filter(isOption);
  if (options.length === 0) return;
  comment.blockTags = comment.blockTags.filter((tag) => !isOption(tag));
  comment.summary.push({ kind: 'text', text: '\n' });
  for (const { name, content } of options) {
    comment.summary.push({ kind: 'text', text: `\n- \`${name}\`: ` }, ...content);
  }
}

/** The type that the source declares, as a link if it is one of ours; else no more than its kind. */
function shortType(context, reflection) {
  const declared = context.getSymbolFromReflection(reflection)?.valueDeclaration?.type?.getText();
  const target =
    declared &&
    Object.values(context.project.reflections).find(
      ({ name, kind }) => name === declared && kind === ReflectionKind.TypeAlias,
    );
  if (target) return ReferenceType.createResolvedReference(declared, target, context.project);
  const { type } = reflection;
  return new IntrinsicType(declared ?? (type.type === 'reference' ? `${type.name}<...>` : 'object'));
}

/** The page with a title, and no index that repeats the sidebar. */
function finished(file, out) {
  const name = relative(out, file).replace(/\.md$/, '');
  const page = readFileSync(file, 'utf8');
  if (name === 'index') {
    return `# Reference\n\nEvery export of every package, from the comments of its source.\n\n${page.slice(page.indexOf('- ['))}`;
  }
  const [folder] = name.split('/');
  const intro = `What it is for, with examples: [the page of the package](${name.includes('/') ? '../' : ''}../packages/${folder}.md).`;
  return `---\noutline: [2, 3]\n---\n\n# @trimodal/${name}\n\n${intro}\n\n${withIds(page)}`;
}

const SECTIONS =
  /^(Classes|Interfaces|Type Aliases|Variables|Functions|Constructors|Properties|Accessors|Methods|Parameters|Returns|Throws|Examples?|Implements|Implementation of|Type Declaration|Type Parameters|Call Signature|Extends|Remarks|Source|Default Value|Get Signature|References|Enumerations|See|Overrides|Inherited from|Type Literal|Param)$/;

/** Headings get the anchors that TypeDoc's links use: names are numbered in order, those in tables among them. */
function withIds(page) {
  const seen = new Map();
  const numbered = (slug) => {
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times ? `${slug}-${times}` : slug;
  };
  return page.replaceAll(/^(#{2,6} )(.+)$|<a id="([^"]+)"><\/a>/gm, (whole, hashes, heading, id) => {
    if (id) {
      numbered(id.replace(/-\d+$/, ''));
      return whole;
    }
    if (SECTIONS.test(heading)) return `${hashes}${heading} {#${numbered('section')}}`;
    const name = heading.replaceAll(/\\|\(\)|\?$|`/g, '');
    return `${hashes}${heading} {#${numbered(name.toLowerCase())}}`;
  });
}

/** TypeDoc also numbers what it doesn't print: a link to no place goes to the one without the number. */
function withLinks(file, page, pages) {
  return page.replaceAll(/\]\(([\w./-]*)#([\w-]+)-\d+\)/g, (link, path, name) => {
    const target = pages.get(path ? join(dirname(file), path) : file) ?? '';
    const has = (id) => target.includes(`{#${id}}`) || target.includes(`<a id="${id}">`);
    return !has(link.slice(link.indexOf('#') + 1, -1)) && has(name) ? `](${path}#${name})` : link;
  });
}
