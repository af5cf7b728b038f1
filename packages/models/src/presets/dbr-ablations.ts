import type { ConfigEdit } from '../edit-config';

const withoutFactorization = { sharedBranch: { kind: 'identity' }, objective: { pathOverlap: 0 } };
const withoutAnchorTerms = { anchorPreservation: 0, antiLeakage: 0, borrowCost: 0 };

/**
 * What DBR is without one of its parts, each a named edit of `dbr`; all other weights start bit for bit as in the whole model.
 *
 * A term of the objective whose part is gone is switched off; so is one that the edit leaves nothing to learn from.
 */
export const dbrAblations = {
  'w/o TSF': withoutFactorization,
  'TSF: temporal path only': { sharedBranch: { paths: 'temporal' }, objective: { pathOverlap: 0 } },
  'TSF: structural path only': { sharedBranch: { paths: 'structural' }, objective: { pathOverlap: 0 } },
  'TSF: gate fixed at a half': { sharedBranch: { gate: 'half' } },
  'w/o AGPR': { privateBranch: { kind: 'identity' }, objective: withoutAnchorTerms },
  'AGPR: no borrowing': { privateBranch: { borrow: 'none' }, objective: { anchorPreservation: 0, borrowCost: 0 } },
  'AGPR: uncontrolled borrowing': { privateBranch: { borrow: 'uncontrolled' }, objective: { borrowCost: 0 } },
  'w/o anchor terms': { objective: withoutAnchorTerms },
  'BRF -> concat': { fusion: { kind: 'concat' } },
  'BRF: shared to private only': { fusion: { directions: 'shared-to-private' } },
  'BRF: private to shared only': { fusion: { directions: 'private-to-shared' } },
  'none of the three': {
    ...withoutFactorization,
    privateBranch: { kind: 'identity' },
    fusion: { kind: 'concat' },
    objective: { ...withoutFactorization.objective, ...withoutAnchorTerms },
  },
} as const satisfies Record<string, ConfigEdit>;
