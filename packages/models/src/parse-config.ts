import { nearestName } from '@trimodal/core';
import { z } from 'zod';

type JsonSchema = {
  properties?: Record<string, JsonSchema & { const?: unknown }>;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
};

/**
 * Checks plain data against a schema.
 *
 * @param what Names the data in errors: "the run configuration".
 * @throws RangeError naming the path of the first fault, what is required there and, for an unknown key, the nearest name.
 */
export function parseConfig<S extends z.ZodType>(schema: S, data: unknown, what: string): z.infer<S> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new RangeError(result.error.issues.map((issue) => describe(issue, schema, data, what)).join('\n'));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, data: unknown, what: string): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, data, path);
    return issue.keys
      .map((key) => {
        const near = nearestName(key, known);
        const hint = near ? ` Did you mean ${[...path, near].join('.')}?` : '';
        return `Cannot use ${what} as it has no key ${[...path, key].join('.')}; known there: ${known.join(', ')}.${hint}`;
      })
      .join('\n');
  }
  const got = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], data);
  const at = path.length > 0 ? path.join('.') : 'the whole';
  return `Cannot use ${what} as ${at} is wrong (${allowed(issue) ?? issue.message}): got ${JSON.stringify(got)}.`;
}

/** The names that a union or an enumeration allows, if the issue is about one. */
function allowed(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  return undefined;
}

/** The keys that a schema knows at a path; in a union, those of the option with the kind that the data has. */
function keysAt(schema: JsonSchema, data: unknown, path: readonly string[]): string[] {
  const options = schema.oneOf ?? schema.anyOf;
  if (options) {
    const kind = (data as { kind?: unknown } | undefined)?.kind;
    const chosen = options.find((option) => option.properties?.['kind']?.const === kind);
    return chosen ? keysAt(chosen, data, path) : [];
  }
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(schema.properties ?? {});
  const child = schema.properties?.[key];
  return child ? keysAt(child, (data as Record<string, unknown>)[key], rest) : [];
}
