import { createHash } from 'node:crypto';

/** What JSON can hold. */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [key: string]: PlainData | undefined };

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A hash that doesn't depend on the order of keys. */
export function configHash(config: PlainData): string {
  return sha256(JSON.stringify(sorted(config)));
}

function sorted(value: PlainData | undefined): PlainData | undefined {
  if (Array.isArray(value)) return value.map((item) => sorted(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, PlainData | undefined>);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
