import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What node-gyp and the addon read of them. */
const NEEDED = ['node_api.h', 'common.gypi', 'config.gypi'];

export type NodeHeadersOptions = {
  /** A folder that was named, with `include/node` in it. */
  readonly named?: string;
  readonly execPath?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
};

/**
 * The folder that has the headers of Node in `include/node`: the one that is named, else the one that npm is set to, else the one that Node was installed in.
 *
 * The addon speaks Node-API, which is the same in every version: the headers of another version do.
 *
 * @returns undefined if there are none on this machine: node-gyp then fetches them.
 * @throws RangeError if the folder that is named has none.
 */
export function findNodeHeaders({
  named,
  execPath = process.execPath,
  env = process.env,
}: NodeHeadersOptions = {}): string | undefined {
  if (named) {
    if (!hasHeaders(named)) {
      throw new RangeError(
        `Cannot build the addon as --node-headers must be a folder with include/node/{${NEEDED.join(',')}}: got ${named}.`,
      );
    }
    return named;
  }
  const folders = [env['npm_config_nodedir'], dirname(dirname(execPath))];
  return folders.find((folder) => folder !== undefined && hasHeaders(folder));
}

const hasHeaders = (folder: string): boolean =>
  NEEDED.every((file) => existsSync(join(folder, 'include', 'node', file)));
