import { readdirSync } from 'node:fs';
import { ROOT } from '../../tools/checks/workspace.mjs';
import { githubSlug, linksOfTheSite, packagesOfTheSite } from '../../tools/docs/links.mjs';

const REPOSITORY = 'https://github.com/trimodal/trimodal';

const guide = [
  ['Start', 'start'],
  ['Components', 'components'],
  ['Assemble a model', 'assemble'],
  ['Ablate it', 'ablate'],
  ['Robustness', 'robustness'],
  ['Bring your own component', 'own-component'],
  ['Your own data', 'own-data'],
  ['Backends', 'backends'],
  ['Results', 'results'],
].map(([text, page]) => ({ text, link: `/guide/${page}` }));

/** Packages from the vocabulary up to the command line, as in docs/decisions/0004-layers.md. */
const LEVELS = [
  ['Models and runs', ['trimodal', 'experiments', 'models', 'training']],
  [
    'Parts of a model',
    ['encoders', 'disentanglers', 'blocks', 'fusion', 'reconstruction', 'self-distillation', 'experts'],
  ],
  ['Foundations', ['core', 'layers', 'losses', 'metrics', 'data', 'compiler', 'tfjs-native']],
];

/** A sidebar of all packages; one that no level names comes last. */
function packagesSidebar(folder, text) {
  const names = packagesOfTheSite().map(({ name }) => name);
  const others = names.filter((name) => !LEVELS.some(([, level]) => level.includes(name)));
  return [...LEVELS, ['More', others]]
    .map(([title, level]) => ({
      text: title,
      items: level
        .filter((name) => names.includes(name) && (folder === 'packages' || name !== 'trimodal'))
        .map((name) => ({ text: text(name), link: `/${folder}/${name}` })),
    }))
    .filter(({ items }) => items.length > 0);
}

const decisions = readdirSync(`${ROOT}/docs/decisions`)
  .filter((file) => /^\d{4}-/.test(file))
  .sort()
  .map((file) => ({
    text: `${file.slice(0, 4)} ${file.slice(5, -3).replaceAll('-', ' ')}`,
    link: `/decisions/${file.slice(0, -3)}`,
  }));

export default {
  title: 'Trimodal',
  description: 'Text, audio and vision, parts of them missing: components for robust multimodal sentiment analysis',
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  cacheDir: '../.cache/vitepress',
  rewrites: { 'decisions/README.md': 'decisions/index.md', 'results/README.md': 'results/index.md' },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.DOCS_BASE ?? '/'}mark.svg` }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    anchor: { slugify: githubSlug },
    config: (md) => linksOfTheSite(md, `${REPOSITORY}/blob/main`),
  },
  themeConfig: {
    logo: '/mark.svg',
    nav: [
      { text: 'Guide', link: '/guide/start', activeMatch: '^/guide/' },
      { text: 'Packages', link: '/packages/models', activeMatch: '^/packages/' },
      { text: 'Reference', link: '/api/', activeMatch: '^/api/' },
      { text: 'Results', link: '/results/', activeMatch: '^/results/' },
      { text: 'Decisions', link: '/decisions/', activeMatch: '^/decisions/' },
    ],
    sidebar: {
      '/guide/': [{ text: 'Guide', items: guide }],
      '/packages/': packagesSidebar('packages', (name) => (name === 'trimodal' ? 'trimodal (command line)' : name)),
      '/api/': packagesSidebar('api', (name) => name),
      '/decisions/': [{ text: 'Decisions', items: decisions }],
    },
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    footer: { message: 'MIT licence' },
  },
};
