import * as tf from '@tensorflow/tfjs';
import { parameters, Rng } from '@trimodal/core';
import { describe, expect, test } from 'vitest';
import { TINY, tinyConfig } from '../__fixtures__/tiny';
import { buildModel } from '../build-model';
import { type ArmCheck, checkArms } from '../check-arm';
import { type ConfigEdit, editConfig } from '../edit-config';
import { modelConfig } from '../model-config';
import { parseConfig } from '../parse-config';
import { ablations } from './ablations';
import type { PresetName } from './index';

/** Parts that an arm leaves in the model without a purpose: heads and decoders of training alone. */
const ORPHANS: Readonly<Record<string, RegExp>> = {
  'fsrf: w/o heterogeneity': /^disentangler\.modalityHead\./,
  'fsrf: w/o noise constraint': /^disentangler\.noiseHeads\./,
  'fsrf: w/o sufficiency': /^disentangler\.(shared|private)Heads?\./,
  'fsrf: w/o reconstruction': /^disentangler\.decoders\./,
  'misa: w/o reconstruction': /^disentangler\.decoders\./,
};

/** Where an edit may change which weights there are; the fusion reads what there is, the head is as wide as the fusion. */
const REACH: Readonly<Record<string, readonly string[]>> = {
  disentangler: ['disentangler.', 'fusion.', 'head.', 'reconstruction.'],
  sharedBranch: ['sharedBranch.'],
  privateBranch: ['privateBranch.'],
  fusion: ['fusion.', 'head.'],
  reconstruction: ['reconstruction.'],
  objective: ['reconstruction.', 'branchHeads.'],
  modalities: ['fusion.', 'head.', 'disentangler.modalityHead', 'sharedBranch.structuralPath'],
  selfDistillation: [],
  views: [],
};

describe.each(Object.entries(ablations))('the arms of %s', (name, arms) => {
  const config = tinyConfig(name as PresetName, { dModel: 16 }); // in 8 channels all of a relu may be dead

  test('are configurations', () => {
    for (const edit of Object.values(arms)) {
      const edited = editConfig(config, edit);
      expect(parseConfig(modelConfig, JSON.parse(JSON.stringify(edited)), 'it')).toEqual(edited);
    }
  });

  test('leave every other weight as it is in the whole model', () => {
    const weights = (edit: ConfigEdit) => {
      const model = parameters(buildModel(editConfig(config, edit), TINY, new Rng(5)));
      return new Map([...model].map(([path, weight]) => [path, weight.dataSync()]));
    };
    const whole = weights({});
    for (const [arm, edit] of Object.entries(arms)) {
      const edited = weights(edit);
      const reach = Object.keys(edit).flatMap((part) => REACH[part]!);
      const untouched = (of: typeof whole) =>
        [...of].filter(([path]) => !reach.some((prefix) => path.startsWith(prefix)));
      if (!('modalities' in edit)) {
        expect(
          untouched(edited).map(([path]) => path),
          arm,
        ).toEqual(untouched(whole).map(([path]) => path));
      }
      for (const [path, values] of untouched(edited)) {
        expect(values.join(), `${arm}: ${path}`).toBe(whole.get(path)?.join());
      }
    }
    tf.disposeVariables();
  });

  test('do what they say: something, and nothing that the prediction needs stays untrained', () => {
    const before = tf.memory().numTensors;
    const checks: Record<string, ArmCheck> = checkArms(config, arms);
    for (const [arm, { differs, stuck, orphaned, idle }] of Object.entries(checks)) {
      expect(differs, arm).toBe(true);
      expect(stuck, arm).toEqual([]);
      expect(idle, arm).toEqual([]);
      const meant = ORPHANS[`${name}: ${arm}`];
      expect(
        orphaned.filter((path) => !meant?.test(path)),
        arm,
      ).toEqual([]);
      expect(orphaned.length > 0, arm).toBe(meant !== undefined);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
