// What of the repository is a page of the site, and where links of Markdown lead there.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packagesOf, ROOT } from '../checks/workspace.mjs';

/** The packages that have a page: all with a README. */
export function packagesOfTheSite() {
  return packagesOf(ROOT).filter(({ folder }) => existsSync(join(folder, 'README.md')));
}

/** The page of a package in the site is its README. */
const PACKAGE_PAGE = /^packages\/([\w-]+)(?:\/README\.md)?$/;

/** A file of the repository as the site links it: a path from the site's root, or an address where the sources are. */
export function siteLink(target, sources) {
  const [path, hash = ''] = target.split(/(?=#)/);
  const page = PACKAGE_PAGE.exec(path);
  if (page) return `/packages/${page[1]}${hash}`;
  if (path === 'README.md') return `/${hash}`;
  if (path.startsWith('docs/') && path.endsWith('.md'))
    return `/${path.slice('docs/'.length).replace(/README\.md$/, '')}${hash}`;
  return `${sources}/${path}${hash}`;
}

/** The file in the repository that a page of the site was made of. */
export function sourceOf(page) {
  const made = /^packages\/([\w-]+)\.md$/.exec(page);
  return made ? `packages/${made[1]}/README.md` : `docs/${page}`;
}

/** A plugin of markdown-it: relative links, written for the repository, lead to pages of the site or to the sources. */
export function linksOfTheSite(md, sources) {
  md.core.ruler.push('links-of-the-site', ({ tokens, env }) => {
    const page = env.relativePath ?? '';
    if (page.startsWith('api/')) return; // made for the site
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href && /^\.{0,2}[\w-]*[\w./-]*(#|$)/.test(href) && !href.startsWith('#') && !href.startsWith('/')) {
        token.attrSet('href', siteLink(join(dirname(sourceOf(page)), href), sources));
      }
    }
  });
}

/** The anchor that GitHub gives a heading; the site gives the same, so that a link holds in both. */
export function githubSlug(heading) {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
}
