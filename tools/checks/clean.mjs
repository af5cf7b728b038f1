// What must not be in the repository: paths of a machine, hosts of a registry, data sets, large files.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, report, trackedFiles } from './workspace.mjs';

const MAX_BYTES = 2 ** 20;
const MAX_FIXTURE_BYTES = 2 ** 16;
/** Formats that data sets and weights come in; as fixtures they may be small ones that we made. */
const DATA = /\.(pkl|pickle|csd|h5|hdf5|npz|npy|pt|pth|safetensors|onnx|tsv|csv|wav|mp3|mp4|avi|gz|zip|tar)$/i;

const PATTERNS = [
  [/(?<![\w.~*-])\/(?:work|tmp|root|home|Users)\/[\w.-]/, 'a path of a machine'],
  [/\b[A-Z]:\\+Users\b/, 'a path of a machine'],
  [/\bregistry\.[a-z0-9.-]+\.[a-z]{2,}/i, 'the host of a registry'],
  [/\bhttps?:\/\/(?:localhost|\d+\.\d+\.\d+\.\d+):\d+/, 'a host of this machine'],
  [/\bhttps?:\/\/\S+\.tgz\b/, 'the address of a package'],
  [/_auth(?:Token)?\s*=/, 'a credential'],
];
/** In a lockfile: an integrity hash says what a package is, an address would say where it was found. */
const LOCKED = /^\s*(?:resolved|tarball|registry)\s*:|\btarball:/;

/** What is wrong with one file, a sentence each. */
export function fileProblems(path, bytes) {
  const problems = [];
  const isFixture = path.includes('__fixtures__/');
  if (bytes.length > MAX_BYTES)
    problems.push(`${path}: ${bytes.length} bytes; at most ${MAX_BYTES} go into the repository`);
  if (DATA.test(path) && !(isFixture && bytes.length <= MAX_FIXTURE_BYTES)) {
    problems.push(
      `${path}: data stays out; a fixture of our own lies in __fixtures__ and has at most ${MAX_FIXTURE_BYTES} bytes`,
    );
  }
  if (bytes.includes(0)) return problems;
  const isLockfile = /(^|\/)pnpm-lock\.yaml$/.test(path);
  bytes
    .toString('utf8')
    .split('\n')
    .forEach((line, i) => {
      for (const [pattern, what] of PATTERNS) {
        const match = pattern.exec(line);
        if (match) problems.push(`${path}:${i + 1}: ${what} (${match[0]})`);
      }
      if (isLockfile && LOCKED.test(line))
        problems.push(`${path}:${i + 1}: an address in the lockfile (${line.trim()})`);
    });
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = trackedFiles(ROOT).filter((file) => statSync(join(ROOT, file)).isFile());
  const problems = files.flatMap((file) => fileProblems(file, readFileSync(join(ROOT, file))));
  report(`${files.length} tracked files hold no machine paths, registry hosts, data sets or large files`, problems);
}
