import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The packages of TensorFlow.js that compute in TensorFlow, with the names of their backends here. */
export const ADDON_PACKAGES = { 'node-gpu': '@tensorflow/tfjs-node-gpu', node: '@tensorflow/tfjs-node' } as const;

export type AddonBackend = keyof typeof ADDON_PACKAGES;

export type AddonPackage = {
  readonly backend: AddonBackend;
  readonly name: string;
  readonly version: string;
  readonly folder: string;
};

/**
 * The packages that are installed, each where it would be loaded from.
 *
 * @param from Files or folders to look from, by preference.
 */
export function findAddonPackages(from: readonly string[]): AddonPackage[] {
  return (Object.keys(ADDON_PACKAGES) as AddonBackend[]).flatMap((backend) => {
    const name = ADDON_PACKAGES[backend];
    const file = from.map((place) => resolveFrom(place, `${name}/package.json`)).find((found) => found !== undefined);
    if (!file) return [];
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return [{ backend, name, version, folder: dirname(file) }];
  });
}

function resolveFrom(place: string, specifier: string): string | undefined {
  try {
    return createRequire(join(place, 'package.json')).resolve(specifier);
  } catch {
    return undefined;
  }
}

/**
 * Where the package looks for its addon in this Node, relative to its folder: `lib/napi-v8`.
 *
 * @param napi The version of Node-API that Node has; the newest that the package knows up to it is taken.
 * @throws RangeError if the package isn't one of version 4, has no sources, or needs a newer Node.
 */
export function addonPlace({ name, version, folder }: AddonPackage, napi = process.versions['napi']): AddonPlace {
  if (!/^4\./.test(version)) {
    throw new RangeError(
      `Cannot build the addon of ${name} as its version must be 4.x: got ${version}; install it with npm install --ignore-scripts ${name}@4.22.0.`,
    );
  }
  const missing = ['binding.gyp', 'binding/tfjs_binding.cc'].filter((file) => !existsSync(join(folder, file)));
  if (missing.length) {
    throw new RangeError(
      `Cannot build the addon of ${name} ${version} as its sources must be in the package: got ${folder} without ${missing.join(', ')}; install it anew with npm install --ignore-scripts ${name}@${version}.`,
    );
  }
  const { binary } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const napiVersion = Math.max(...binary.napi_versions.filter((each) => each <= Number(napi)));
  if (!Number.isFinite(napiVersion)) {
    throw new RangeError(
      `Cannot build the addon of ${name} as Node must have Node-API ${Math.min(...binary.napi_versions)} or later: got ${napi}; take a newer Node.`,
    );
  }
  return {
    folder: `lib/napi-v${napiVersion}`,
    file: `${binary.module_name}.node`,
    module: binary.module_name,
    napiVersion,
  };
}

export type AddonPlace = {
  readonly folder: string;
  readonly file: string;
  readonly module: string;
  readonly napiVersion: number;
};

type Manifest = { readonly binary: { readonly module_name: string; readonly napi_versions: readonly number[] } };
