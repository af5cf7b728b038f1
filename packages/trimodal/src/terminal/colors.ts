import pc from 'picocolors';

/** Colours for a terminal; plain text for a file, a pipe, or where they are not wanted. */
export function colorsFor(stream: { readonly isTTY?: boolean }): ReturnType<typeof pc.createColors> {
  return pc.createColors(pc.isColorSupported && stream.isTTY === true);
}
