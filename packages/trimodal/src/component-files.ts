import { readFileSync } from 'node:fs';

/** What a component may be: the contracts of @trimodal/core that a TrimodalModel takes instances of. */
export const COMPONENT_KINDS = ['fusion', 'encoder', 'disentangler', 'shared-branch', 'private-branch'] as const;

export type ComponentKind = (typeof COMPONENT_KINDS)[number];

/** The templates lie beside the sources and beside the bundle alike; they are typed and tested as they are. */
const TEMPLATES = new URL('../templates/', import.meta.url);
const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * A component of some kind and its test, as file names and texts.
 *
 * @throws RangeError if the name is not kebab case, or its class would be called as something that is there.
 * @example componentFiles('my-fusion', 'fusion'); // my-fusion.ts with the class MyFusion, my-fusion.test.ts
 */
export function componentFiles(
  name: string,
  kind: ComponentKind,
): { className: string; files: readonly { file: string; text: string }[] } {
  if (!KEBAB_CASE.test(name)) {
    throw new RangeError(
      `Cannot write a component as its name must be kebab case, such as my-${kind}: got ${JSON.stringify(name)}.`,
    );
  }
  const className = pascalCase(name);
  const model = `my-${kind}`;
  const files = ['.ts', '.test.ts'].map((ending) => {
    const text = readFileSync(new URL(model + ending, TEMPLATES), 'utf8');
    return {
      file: name + ending,
      text,
      renamed: text.replaceAll(model, name).replaceAll(pascalCase(model), className),
    };
  });
  const taken = files.some(({ text }) => new RegExp(`\\b${className}\\b`).test(text.replaceAll(pascalCase(model), '')));
  if (taken || className in globalThis) {
    throw new RangeError(
      `Cannot write a component as ${className} must be a name of its own: got ${name}, but there is a ${className} already; try my-${name}.`,
    );
  }
  return { className, files: files.map(({ file, renamed }) => ({ file, text: renamed })) };
}

/** `my-fusion` -> `MyFusion`. */
function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
