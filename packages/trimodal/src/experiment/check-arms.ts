import { chooseBackend } from '@trimodal/core';
import { type ArmCheck, type ConfigEdit, checkArms as checkModels } from '@trimodal/models';
import type { Arm } from './arms';

/**
 * Takes a step of every arm on small random samples, before hours are spent on it, and says what its edit does to the parameters.
 *
 * @returns A line for each arm.
 * @throws RangeError if an arm can't be built, if it doesn't differ from the whole model, or if its prediction depends on parameters that learn nothing.
 */
export async function checkArms([full, ...arms]: readonly Arm[]): Promise<string[]> {
  await chooseBackend('wasm').catch(() => chooseBackend('cpu'));
  // an edit of the training alone leaves the model as it is
  const changed = arms.filter(({ config }) => JSON.stringify(config.model) !== JSON.stringify(full!.config.model));
  const edits = Object.fromEntries(changed.map(({ name, config }) => [name, config.model as ConfigEdit]));
  const checks = checkModels(full!.config.model, edits);
  for (const { name } of changed) refuseIdle(name, checks[name]!);
  const width = Math.max(...arms.map(({ name }) => name.length));
  return arms.map(({ name }) => `${name.padEnd(width)}  ${described(checks[name])}`);
}

/** @throws RangeError if a check says that the arm isn't what it means to be. */
export function refuseIdle(name: string, { stuck, differs }: ArmCheck): void {
  if (stuck.length > 0) {
    throw new RangeError(
      `Cannot run the arm "${name}" as what its prediction depends on must learn: no gradient reaches ${listed(stuck)}.`,
    );
  }
  if (!differs) {
    throw new RangeError(
      `Cannot run the arm "${name}" as it must differ from the whole model: it has the same parameters, loss and prediction.`,
    );
  }
}

function described(check: ArmCheck | undefined): string {
  if (!check) return 'trained in another way; the model is the same';
  const { removed, added, orphaned } = check;
  const told = [
    removed.length > 0 ? `without ${listed(removed)}` : '',
    added.length > 0 ? `with ${listed(added)}` : '',
    orphaned.length > 0 ? `unused in training: ${listed(orphaned)}` : '',
  ].filter((text) => text !== '');
  return told.length > 0 ? told.join('; ') : 'no part more or less; another size, loss or prediction';
}

/** Paths of parameters by the parts that they are of. */
function listed(paths: readonly string[]): string {
  const parts = new Map<string, number>();
  for (const path of paths) {
    const part = path.split('.').slice(0, 2).join('.');
    parts.set(part, (parts.get(part) ?? 0) + 1);
  }
  const named = [...parts].map(([part, count]) => (count > 1 ? `${part} (${count})` : part));
  return named.length > 4 ? `${named.slice(0, 4).join(', ')} and ${named.length - 4} more` : named.join(', ');
}
