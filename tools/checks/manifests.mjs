// What every publishable package has in its folder and its package.json, and that a note tells of its first release.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importsOf } from './layers.mjs';
import { filesBelow, packagesOf, ROOT, report } from './workspace.mjs';

const TFJS = '@tensorflow/tfjs';

/** What is missing in the packages below `root`, a sentence each. */
export function manifestProblems(root) {
  const packages = packagesOf(root);
  const { version } = packages[0].manifest;
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  return packages.flatMap(({ name, folder, manifest }) => {
    const has = (file) => existsSync(join(folder, file));
    const isProgram = manifest.bin !== undefined;
    const readme = has('README.md') ? readFileSync(join(folder, 'README.md'), 'utf8') : '';
    const rules = [
      [manifest.description?.length > 20, 'a description of more than 20 characters'],
      [manifest.version === version, `the version of the others, ${version} (now ${manifest.version})`],
      [manifest.license === 'MIT', 'license MIT'],
      [has('LICENSE') && readFileSync(join(folder, 'LICENSE'), 'utf8') === licence, "the root's LICENSE"],
      [readme.length > 0, 'a README.md'],
      [
        isProgram ? readme.includes(`npx ${name}`) : readme.includes(`npm install ${manifest.name}`),
        `the line "${isProgram ? 'npx' : 'npm install'} ${manifest.name} ..." in its README.md`,
      ],
      [manifest.repository?.directory === `packages/${name}`, `repository.directory packages/${name}`],
      [manifest.homepage?.includes(`/packages/${name}#`), `a homepage that is packages/${name}`],
      [manifest.bugs?.length > 0, 'an address for bugs'],
      [manifest.engines?.node === '>=20.19', 'engines.node >=20.19'],
      [manifest.files?.includes('dist'), 'dist in files'],
      [
        manifest.files?.some((entry) => entry.startsWith('!src') && entry.includes('.test.')),
        'tests left out of files',
      ],
      [isProgram || manifest.sideEffects === false, 'sideEffects false'],
      [manifest.type === 'module', 'type module'],
      [manifest.publishConfig?.access === 'public', 'publishConfig.access public'],
      [manifest.publishConfig?.provenance === true, 'publishConfig.provenance true'],
      [!manifest.scripts, 'no scripts: nx runs them'],
      [
        manifest.peerDependencies?.[TFJS] || isProgram || !usesTensors(folder),
        `${TFJS} in peerDependencies, as its sources import it`,
      ],
      [isProgram || !manifest.dependencies?.[TFJS], `no ${TFJS} in dependencies: it is the user's`],
    ];
    return rules.filter(([holds]) => !holds).map(([, rule]) => `packages/${name} must have ${rule}`);
  });
}

function usesTensors(folder) {
  const sources = filesBelow(join(folder, 'src'), /(?<!\.test)\.ts$/).filter((file) => !file.includes('__fixtures__'));
  return sources.some((file) => importsOf(readFileSync(file, 'utf8')).some(({ specifier }) => specifier === TFJS));
}

/** The first release of a package goes with a note for the changelog. */
export function changesetProblems(root) {
  const notes = readdirSync(join(root, '.changeset'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => readFileSync(join(root, '.changeset', file), 'utf8'));
  // a package without a changelog has never been released
  return packagesOf(root)
    .filter(({ folder }) => !existsSync(join(folder, 'CHANGELOG.md')))
    .filter(({ manifest }) => !notes.some((note) => new RegExp(`^['"]${manifest.name}['"]:`, 'm').test(note)))
    .map(({ manifest }) => `.changeset must have a note of what is new in ${manifest.name}: npm run changeset`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  report(`${packagesOf(ROOT).length} packages are complete`, [...manifestProblems(ROOT), ...changesetProblems(ROOT)]);
}
