import { INFERENCE, parameters } from '@trimodal/core';
import { masksOf, tokensOf } from '@trimodal/testing';
import { expect, it } from 'vitest';
import { IdentityPrivateBranch, IdentitySharedBranch } from './identity-branches';

it('passes every token as it is and has no weights', () => {
  const parts = { shared: tokensOf(1), private: tokensOf(2), mask: masksOf() };
  const shared = new IdentitySharedBranch();
  const own = new IdentityPrivateBranch();
  expect(shared.forward(parts.shared, parts.mask, INFERENCE).shared).toBe(parts.shared);
  expect(own.forward(parts, INFERENCE).private).toBe(parts.private);
  expect(parameters(shared).size + parameters(own).size).toBe(0);
});
