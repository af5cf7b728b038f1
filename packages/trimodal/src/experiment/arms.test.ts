import { ablations, presets } from '@trimodal/models';
import { describe, expect, test } from 'vitest';
import { presetRun } from '../recipes';
import { ablationArms, FULL, folderName, parseEdits } from './arms';
import { checkArms, refuseIdle } from './check-arms';
import { parseSeeds } from './parse-seeds';

const base = presetRun('dbr');
const named = (only?: string, edits?: string[]) => ablationArms('dbr', base, { only, edits });

describe('arms', () => {
  test('are all that the architecture has, after the whole', () => {
    const names = named().map(({ name }) => name);
    expect(names[0]).toBe(FULL);
    expect(new Set(names)).toEqual(new Set([FULL, ...Object.keys(ablations.dbr)]));
    expect(names.slice(-3)).toEqual(['w/o text', 'w/o audio', 'w/o vision']);
  });

  test('or those asked for, in that order, by names that may hold commas', () => {
    expect(named('w/o vision, w/o TSF').map(({ name }) => name)).toEqual([FULL, 'w/o vision', 'w/o TSF']);
    expect(named('').map(({ name }) => name)).toEqual([FULL]);
  });

  test('without a modality are by what the model has', () => {
    const two = { ...base, model: { ...base.model, modalities: ['text', 'audio'] as const } };
    const arms = ablationArms('dbr', two as unknown as typeof base, {});
    const without = arms.filter(({ name }) => /w\/o (text|audio|vision)/.test(name));
    expect(without.map(({ name, config }) => [name, config.model.modalities])).toEqual([
      ['w/o text', ['audio']],
      ['w/o audio', ['text']],
    ]);
  });

  test('of your own are edits; the same name again adds to it', () => {
    const [, wide] = named('', ['wide: model.dModel=96', 'wide: training.learningRate=0.5']);
    expect(wide).toMatchObject({ name: 'wide', config: { model: { dModel: 96 }, training: { learningRate: 0.5 } } });
    const names = [...parseEdits(['a: b: x.y={"z": 1}']).keys()];
    expect(names).toEqual(['a: b']);
  });

  test.each([
    ['w/o TFS', undefined, 'Cannot find the arm "w/o TFS" as it must be one of "w/o TSF", '],
    ['w/o TFS', undefined, 'Did you mean "w/o TSF"?'],
    [undefined, ['wide model.dModel=96'], 'it must be written "name: path.to.key=value": got "wide model.dModel=96"'],
    [undefined, ['w/o TSF: model.dModel=96'], 'its name must be free'],
    [
      undefined,
      ['wide: model.dModle=96'],
      'Cannot make the arm "wide": Cannot use this configuration as it has no key model.dModle',
    ],
    [undefined, ['same: model.dModel=64'], 'Cannot make the arm "same" as it must differ from the whole model'],
  ])('are refused: %s %j', (only, edits, message) => {
    expect(() => named(only, edits)).toThrow(message);
  });

  test('have folders', () => {
    expect(['w/o TSF', 'BRF -> concat', 'AGPR: no borrowing'].map(folderName)).toEqual([
      'without-tsf',
      'brf-to-concat',
      'agpr-no-borrowing',
    ]);
  });
});

describe('before anything is trained, an arm', () => {
  test('is told by what its edit does', async () => {
    const lines = await checkArms(named('w/o TSF,w/o vision', ['slow: training.learningRate=1e-5']));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^w\/o TSF +without sharedBranch\.\w+ \(\d+\)/);
    expect(lines[1]).toMatch(/^w\/o vision +without .*encoders\.vision/);
    expect(lines[2]).toMatch(/^slow +trained in another way; the model is the same$/);
  });

  test('that leaves the prediction to weights that learn nothing is refused', () => {
    const check = { removed: [], added: [], orphaned: [], idle: [], stuck: ['head.out.weight'], differs: true };
    expect(() => refuseIdle('no task', check)).toThrow(
      'Cannot run the arm "no task" as what its prediction depends on must learn: no gradient reaches head.out.',
    );
    expect(() => refuseIdle('good', { ...check, stuck: [] })).not.toThrow();
  });

  test('that changes what takes no part is refused', async () => {
    const full = named('')[0]!;
    // another order of keys: another text, the same model
    const { kind, ...rest } = presets.dbr.head;
    const head = { ...rest, kind } as typeof full.config.model.head;
    const idle = { ...full, name: 'idle', config: { ...full.config, model: { ...full.config.model, head } } };
    await expect(checkArms([full, idle])).rejects.toThrow(
      'Cannot run the arm "idle" as it must differ from the whole model',
    );
  });
});

test('seeds', () => {
  expect(parseSeeds('1111..1113')).toEqual([1111, 1112, 1113]);
  expect(parseSeeds('7, 1..2')).toEqual([7, 1, 2]);
  for (const wrong of ['', 'a', '3..1', '1,1', '1.5', '1..', '-1']) {
    expect(() => parseSeeds(wrong), wrong).toThrow('Cannot read the seeds as they must be integers');
  }
});
