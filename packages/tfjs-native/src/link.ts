import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AddonPackage, addonPlace } from './addon-packages';
import { buildAddon } from './build-addon';
import { findNodeHeaders } from './node-headers';
import { leadsTo, place, RECORD, readRecord, takeAway } from './placing';
import { LIBRARIES, type TensorFlow } from './tensorflow';
import { type Findings, verifyAddon } from './verify-addon';

/** The folder of libraries that the addon looks in, relative to the package: `binding.gyp` says so. */
const LIBRARY_PLACE = 'deps/lib';

/** What a link was made of. */
export type LinkRecord = {
  readonly tensorflow: TensorFlow;
  readonly package: string;
  readonly node: string;
  readonly date: string;
};

export type LinkState = LinkRecord & {
  /** Whether the libraries are still where they were. */
  readonly intact: boolean;
};

export type LinkOptions = {
  readonly addon: AddonPackage;
  readonly tensorflow: TensorFlow;
  /** A folder with `include/node`, if not beside the running Node. */
  readonly nodeHeaders?: string;
  /** Is told what is being done. */
  readonly onStep?: (what: string) => void;
  readonly build?: typeof buildAddon;
  readonly verify?: (packageFolder: string) => Promise<Findings>;
  readonly platform?: Platform;
};

export type Platform = { readonly os: string; readonly arch: string; readonly glibc: boolean };

const thisPlatform = (): Platform => ({
  os: process.platform,
  arch: process.arch,
  glibc: 'glibcVersionRuntime' in ((process.report.getReport() as { header: object }).header ?? {}),
});

/** @throws RangeError anywhere but on Linux x64 with glibc, for which TensorFlow's wheels have what is needed. */
export function checkPlatform({ os, arch, glibc }: Platform = thisPlatform()): void {
  if (os === 'linux' && arch === 'x64' && glibc) return;
  throw new RangeError(
    `Cannot link TensorFlow as this must be Linux x64 with glibc, all that is covered: got ${os} ${arch}${os === 'linux' && !glibc ? ' without glibc' : ''}; the backends compiled and wasm need no link.`,
  );
}

/**
 * Builds the addon of tfjs-node against a TensorFlow, puts it in place and verifies it by training a small network.
 *
 * The package gets `lib/napi-v8` with the addon and a record, and `deps/lib`, a symbolic link to the folder of the wheel: the libraries aren't
 * copied, and find their neighbours, such as CUDA's in `nvidia`, as they do in Python. What was there is kept for `unlink`.
 *
 * @returns What the verification found.
 * @throws RangeError, Error if anything does not fit or fails; then the package is as it was.
 */
export async function link({
  addon,
  tensorflow,
  nodeHeaders,
  onStep = () => {},
  build = buildAddon,
  verify = verifyAddon,
  platform = thisPlatform(),
}: LinkOptions): Promise<Findings> {
  checkPlatform(platform);
  const where = addonPlace(addon);
  const headers = findNodeHeaders(nodeHeaders ? { named: nodeHeaders } : {});
  const staging = stagingIn(addon.folder);
  try {
    const staged = { addon: join(staging, 'addon'), lib: join(staging, 'lib') };
    mkdirSync(staged.addon);
    onStep(
      `building the addon of ${addon.name} ${addon.version} with the headers of Node ${headers ? `in ${headers}/include/node` : 'that node-gyp fetches from nodejs.org'}`,
    );
    await build({ addon, place: where, tensorflow, nodeHeaders: headers, out: staged.addon });
    const record: LinkRecord = {
      tensorflow,
      package: `${addon.name}@${addon.version}`,
      node: process.version,
      date: new Date().toISOString(),
    };
    writeFileSync(join(staged.addon, RECORD), `${JSON.stringify(record, undefined, 2)}\n`);
    symlinkSync(tensorflow.folder, staged.lib);
    const { undo, commit } = place(addon.folder, [
      { target: LIBRARY_PLACE, staged: staged.lib },
      { target: where.folder, staged: staged.addon },
    ]);
    try {
      onStep('verifying it: a small network must train as on plain JavaScript');
      const findings = await verify(addon.folder);
      commit();
      return findings;
    } catch (error) {
      undo();
      throw error;
    }
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** A folder in the package: from there to its place is a rename. */
function stagingIn(folder: string): string {
  try {
    return mkdtempSync(join(folder, '.trimodal-link-'));
  } catch (cause) {
    throw new Error(
      `Cannot link ${folder} as it must be yours to write to: got ${(cause as Error).message}; run as its owner, or install the package in a folder of yours.`,
      { cause },
    );
  }
}

/**
 * Takes a link away and brings back what was there before.
 *
 * @returns Whether there was one.
 */
export function unlink(addon: AddonPackage): boolean {
  return takeAway(addon.folder, [addonPlace(addon).folder, LIBRARY_PLACE]);
}

/** What a package is linked to; undefined if it isn't. */
export function readLink(addon: AddonPackage): LinkState | undefined {
  const record = readRecord(join(addon.folder, addonPlace(addon).folder)) as LinkRecord | undefined;
  if (!record) return undefined;
  const libraries = leadsTo(join(addon.folder, LIBRARY_PLACE));
  const intact =
    libraries !== undefined && Object.values(LIBRARIES).every((library) => existsSync(join(libraries, library)));
  return { ...record, intact };
}
