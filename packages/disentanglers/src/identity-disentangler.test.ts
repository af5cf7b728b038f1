import { INFERENCE, MODALITIES, mapModalities, parameters, valueFor } from '@trimodal/core';
import { masksOf, presentOf, tokensOf } from '@trimodal/testing';
import { expect, it } from 'vitest';
import { IdentityDisentangler } from './identity-disentangler';

it('takes every token as private, shares none and has no weights', () => {
  const masks = masksOf();
  const tokens = mapModalities(tokensOf(1), (x, modality) => ({ tokens: x, mask: valueFor(masks, modality) }));
  const disentangler = new IdentityDisentangler();
  const parts = disentangler.forward(tokens, presentOf(MODALITIES), INFERENCE);
  expect(parts.shared).toEqual({});
  for (const modality of MODALITIES) {
    expect(parts.private[modality]).toBe(tokens[modality]!.tokens);
    expect(parts.mask[modality]).toBe(masks[modality]);
  }
  expect(parameters(disentangler).size).toBe(0);
});
