import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AddonPackage, findAddonPackages } from '@trimodal/tfjs-native';

/** Where packages are looked for: as this program would load them, else as a program in the current folder would. */
export const places = (): string[] => [dirname(fileURLToPath(import.meta.url)), process.cwd()];

/** Why a package that was found can't be loaded by this program: it lies in a folder that is not on its way up. */
export function outOfReach({ folder }: AddonPackage, from: readonly string[] = places()): string | undefined {
  if (findAddonPackages(from.slice(0, 1)).some((own) => own.folder === folder)) return undefined;
  return `trimodal does not see it in ${folder}: install trimodal in the same project and run that one`;
}
