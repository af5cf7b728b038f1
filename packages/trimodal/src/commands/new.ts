import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPONENT_KINDS, type ComponentKind, componentFiles } from '../component-files';

export type NewComponentOptions = {
  /** What the name ends with, if that is a kind, else a fusion, unless told. */
  readonly kind?: ComponentKind;
  readonly dir: string;
};

/** Where a TrimodalModel takes each kind, as an argument of its constructor. */
const PLACES: Readonly<Record<ComponentKind, string>> = {
  fusion: 'fusion',
  encoder: 'encoders: { text, audio, vision }, one of them',
  disentangler: 'disentangler',
  'shared-branch': 'sharedBranch',
  'private-branch': 'privateBranch',
};

/** `trimodal new component`: a typed component and its test, to be changed from there. */
export function newComponent(name: string, { kind: asked, dir }: NewComponentOptions): void {
  const kind = asked ?? COMPONENT_KINDS.find((each) => name.endsWith(each)) ?? 'fusion';
  const { className, files } = componentFiles(name, kind);
  const paths = writeNew(
    dir,
    files.map(({ file, text }) => ({ path: join(dir, file), text })),
  );
  console.log(
    `${className}, a ${kind} that works, and its test: ${paths.join(', ')}

Where they are new, install what they need; then run the test, and again after each change:
  npm install @tensorflow/tfjs @trimodal/core @trimodal/layers
  npm install --save-dev vitest@4
  npx vitest run ${paths[1]}

Into a model of @trimodal/models:
  new TrimodalModel({ ...buildModel(presets.dbr, data, rng), ${PLACES[kind]}: new ${className}(...) })`,
  );
}

/** Writes all files or, if one is there, none. */
function writeNew(dir: string, files: readonly { path: string; text: string }[]): string[] {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new RangeError(`Cannot write a component as --dir must be a folder: got ${dir}.`, { cause });
  }
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (cause) {
    for (const path of written) rmSync(path);
    const there = files.map(({ path }) => path).filter((path) => statSync(path, { throwIfNoEntry: false }));
    if (there.length === 0) throw cause;
    throw new RangeError(
      `Cannot write a component as it must not replace a file: got ${there.join(', ')}; choose another name or --dir.`,
      { cause },
    );
  }
  return written;
}
