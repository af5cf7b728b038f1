// Links of all Markdown lead somewhere; the site builds, and every link in it leads to a page and a place on it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { githubSlug } from '../docs/links.mjs';
import { filesBelow, ROOT, report, trackedFiles } from './workspace.mjs';

const SITE = join(ROOT, 'docs/.vitepress/dist');

/** Markdown without its code, line for line. */
function prose(markdown) {
  return markdown
    .replaceAll(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, (block) => block.replaceAll(/[^\n]/g, ''))
    .replaceAll(/(`+)[^`\n]+\1/g, (code) => code.replaceAll(/[[\]()<>#]/g, '_'));
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf(markdown) {
  const seen = new Map();
  const visible = markdown.replaceAll(/^(```+)[^\n]*\n[\s\S]*?^\1$/gm, '');
  const anchors = [...visible.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)].map(([, heading]) => {
    const slug = githubSlug(heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times ? `${slug}-${times}` : slug;
  });
  return new Set([...anchors, ...[...visible.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)]);
}

/** The links of a page with their lines: inline, of references, and of HTML. */
export function linksOf(markdown) {
  const text = prose(markdown);
  const found = [
    ...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...text.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm),
    ...text.matchAll(/<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]+)"/g),
  ];
  return found.map((match) => ({ link: match[1], line: text.slice(0, match.index).split('\n').length }));
}

/** Links of one Markdown file that lead nowhere, a sentence each. `tracked` has all files of the repository. */
export function linkProblems(root, file, tracked) {
  const markdown = readFileSync(join(root, file), 'utf8');
  return linksOf(markdown).flatMap(({ link, line }) => {
    if (/^[a-z][a-z+.-]*:/i.test(link)) return [];
    const [path, anchor] = decodeURI(link).split('#');
    // the site alone knows pages that are made; it is checked below
    if (file.startsWith('docs/') && (path.startsWith('/') || /^(\.\.\/)?api\//.test(path))) return [];
    const target = path ? relative(root, join(root, dirname(file), path)) : file;
    const isFolder = [...tracked].some((each) => each.startsWith(`${target}/`));
    if (target && !tracked.has(target) && !isFolder) return [`${file}:${line}: ${link} is not in the repository`];
    if (!anchor || !target.endsWith('.md')) return [];
    const anchors = anchorsOf(readFileSync(join(root, target), 'utf8'));
    return anchors.has(anchor) ? [] : [`${file}:${line}: ${link} has no such heading`];
  });
}

/** Links of the built site that lead nowhere: to no page, or to no place on it. */
export function siteProblems(site) {
  const pages = new Map(
    filesBelow(site, /\.html$/).map((file) => {
      const html = readFileSync(file, 'utf8');
      const ids = new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id));
      return [relative(site, file), { html, ids }];
    }),
  );
  return [...pages].flatMap(([page, { html }]) =>
    [...new Set([...html.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, link]) => link))].flatMap((link) => {
      if (/^[a-z][a-z+.-]*:|^\/\//i.test(link)) return [];
      const [path, anchor] = decodeURIComponent(link.replaceAll('&amp;', '&')).split('#');
      const to = path === '' ? page : relative(site, join(site, path.startsWith('/') ? '' : dirname(page), path));
      const target = [to, `${to}.html`, join(to, 'index.html')].find((each) => pages.has(each));
      if (!target) {
        const file = join(site, to);
        return existsSync(file) && statSync(file).isFile() ? [] : [`the site, ${page}: ${link} leads to no page`];
      }
      return !anchor || pages.get(target).ids.has(anchor) ? [] : [`the site, ${page}: ${link} leads to no heading`];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tracked = new Set(trackedFiles(ROOT));
  const pages = [...tracked].filter((file) => file.endsWith('.md') && !file.startsWith('.changeset/'));
  const problems = pages.flatMap((file) => linkProblems(ROOT, file, tracked));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/docs/build.mjs')], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) problems.push(`The site doesn't build:\n${stdout}${stderr}`);
  else problems.push(...siteProblems(SITE));
  const built = status === 0 ? filesBelow(SITE, /\.html$/).length : 0;
  report(`links of ${pages.length} Markdown files and of a site of ${built} pages lead somewhere`, problems);
}
