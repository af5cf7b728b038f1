// Every command of the guide and of the root's README is run, page after page in one empty folder, and prints what the
// page quotes below it, numbers aside. A block that can't be run here says so and why: ```sh no-run <reason>.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { blocksOf, commandsOf, missingLine } from '../docs/blocks.mjs';
import { ROOT, report, trackedFiles } from './workspace.mjs';

/** The guide in the order in which it is read: pages go on with the runs of those before. */
const ORDER = ['start', 'components', 'assemble', 'ablate', 'robustness', 'own-component', 'own-data', 'backends'];
const FOLDER = join(ROOT, '.cache/docs-commands');

/** What is wrong with a block by its first line alone: all languages are run, or say why not. */
export function blockProblem({ language, info }) {
  if (['ts', 'text'].includes(language)) return undefined; // examples of code; output
  if (info.startsWith('no-run')) return info.length > 'no-run '.length ? undefined : 'must say why it is not run';
  if (language === 'sh') return undefined;
  if (language === 'json') return /^[\w-]+\.json$/.test(info) ? undefined : 'must be named, as in ```json quick.json';
  return `is of a language that nothing runs, ${language || 'none'}; say no-run and why`;
}

/** Runs the commands of one page; what fails, or isn't printed as quoted, a sentence each. */
function runPage(page, blocks) {
  const problems = [];
  let output;
  for (const block of blocks) {
    const problem = blockProblem(block);
    if (problem) problems.push(`${page}:${block.line}: a block ${problem}`);
    else if (block.language === 'json') writeFileSync(join(FOLDER, block.info), block.text);
    else if (block.language === 'sh') {
      output = block.info.startsWith('no-run') ? undefined : '';
      for (const command of output === undefined ? [] : commandsOf(block.text)) {
        const { status, stdout } = spawnSync('bash', ['-c', `exec 2>&1; ${command}`], {
          cwd: FOLDER,
          encoding: 'utf8',
          env: { ...process.env, PATH: `${join(FOLDER, 'node_modules/.bin')}:${process.env.PATH}`, NO_COLOR: '1' },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        output += stdout;
        if (process.env.DOCS_VERBOSE) console.log(`\n${page}:${block.line} $ ${command}\n${stdout}`);
        if (status !== 0) problems.push(`${page}:${block.line}: ${command} failed\n${stdout}`);
      }
    } else if (block.language === 'text' && output !== undefined) {
      const line = missingLine(block.text, output);
      if (line) problems.push(`${page}:${block.line}: the command above doesn't print "${line.trim()}"\n${output}`);
    }
  }
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(FOLDER, 'node_modules'), 'junction');
  const named = ORDER.map((name) => `docs/guide/${name}.md`);
  const others = trackedFiles(ROOT).filter((file) => /^docs\/(guide\/[\w-]+|index)\.md$/.test(file));
  const pages = [...new Set([...named, ...others, 'README.md'])].map((page) => [
    page,
    blocksOf(readFileSync(join(ROOT, page), 'utf8')),
  ]);
  const commands = pages
    .flatMap(([, blocks]) => blocks)
    .filter(({ language, info }) => language === 'sh' && !info.startsWith('no-run'))
    .flatMap(({ text }) => commandsOf(text));
  const problems = pages.flatMap(([page, blocks]) => runPage(page, blocks));
  report(`${commands.length} commands of ${pages.length} pages print what is quoted`, problems);
}
