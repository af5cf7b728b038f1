import type { ConfigEdit } from '../edit-config';

const withoutLevels = {
  featureReconstruction: 0,
  inputReconstruction: 0,
  representationReconstruction: 0,
  crossReconstruction: 0,
};

/**
 * What DERL is without one of its parts, each a named edit of `derl`; all other weights start bit for bit as in the whole model.
 *
 * A term of the objective whose part is gone is switched off.
 */
export const derlAblations = {
  'w/o hybrid experts': { disentangler: { experts: 'mlp' }, objective: { expertBalance: 0 } },
  'w/o private parts': {
    disentangler: { slots: ['shared'] },
    objective: { orthogonalSpaces: 0, crossReconstruction: 0 },
  },
  'w/o shared parts': { disentangler: { slots: ['private'] }, objective: { alignment: 0, crossReconstruction: 0 } },
  'w/o orthogonality': { objective: { orthogonalSpaces: 0 } },
  'w/o shared alignment': { objective: { alignment: 0 } },
  'w/o feature level': { objective: { featureReconstruction: 0 } },
  'w/o input level': { objective: { inputReconstruction: 0 } },
  'w/o representation level': { objective: { representationReconstruction: 0 } },
  'w/o cross level': { objective: { crossReconstruction: 0 } },
  'w/o reconstruction': { reconstruction: { kind: 'none' }, objective: withoutLevels },
  'importance -> mean': { fusion: { weighting: 'mean' } },
  'importance -> concat': { fusion: { kind: 'concat' } },
  'two experts a bank': { disentangler: { numPrivateExperts: 2, numSharedExperts: 2 } },
  'six experts a bank': { disentangler: { numPrivateExperts: 6, numSharedExperts: 6 } },
  'top-2 routing': { disentangler: { topK: 2 } },
  'w/o clean task': { objective: { cleanTask: 0 } },
} as const satisfies Record<string, ConfigEdit>;
