import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal of the parts one after another, each preceded by its length in bytes. */
export function sha256(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex');
}
