import type { ConfigEdit } from '../edit-config';

const withoutDistillation = {
  selfDistillation: { kind: 'none' },
  objective: { distributionAlignment: 0, transfer: 0 },
};

/**
 * What FSRF is without one of its parts, each a named edit of `fsrf`; all other weights start bit for bit as in the whole model.
 *
 * A term of the objective whose part is gone is switched off. Auxiliary heads and decoders whose term is off stay in the model and do nothing: see `checkArm`.
 */
export const fsrfAblations = {
  'w/o DHF': {
    disentangler: { kind: 'identity' },
    objective: {
      reconstruction: 0,
      crossDecoding: 0,
      homogeneity: 0,
      heterogeneity: 0,
      deRedundancy: 0,
      noise: 0,
      sufficiency: 0,
    },
  },
  'w/o noisy part': { disentangler: { noise: false }, objective: { noise: 0 } },
  'w/o homogeneity': { objective: { homogeneity: 0 } },
  'w/o heterogeneity': { objective: { heterogeneity: 0 } },
  'w/o de-redundancy': { objective: { deRedundancy: 0 } },
  'w/o noise constraint': { objective: { noise: 0 } },
  'w/o sufficiency': { objective: { sufficiency: 0 } },
  'w/o reconstruction': { objective: { reconstruction: 0, crossDecoding: 0 } },
  'w/o recovery of absent parts': { disentangler: { recoverAbsent: false } },
  'w/o DAS': withoutDistillation,
  'one-way transfer': { selfDistillation: { direction: 'a-to-b' } },
  'w/o alignment': { objective: { distributionAlignment: 0 } },
  'KL only': { selfDistillation: { scores: 'score-histogram' }, objective: { distributionAlignment: 0 } },
  'with a clean teacher': {
    views: 'clean+masked',
    selfDistillation: { direction: 'a-to-b' },
    objective: { cleanTask: 1 },
  },
} as const satisfies Record<string, ConfigEdit>;
