import * as tf from '@tensorflow/tfjs';
import {
  anyPresent,
  entriesOf,
  mapModalities,
  maskedMean,
  modalitiesOf,
  type Parts,
  type PerModality,
  valueFor,
  valuesOf,
} from '@trimodal/core';
import { loadBalanceLoss, type Routing } from '@trimodal/experts';
import { orthogonalityLoss } from '@trimodal/losses';
import type { HybridExpertsOutput } from './hybrid-experts-disentangler';

/**
 * How far the parts are from lying in orthogonal spaces: the mean square of `A^T B` of pooled, batch-centred rows of length 1, averaged
 * over the pairs `(P_m, S_m)` of each modality and `(P_m, P_n)` of each two; a sample counts where both parts of a pair are there.
 *
 * Shapes: parts `[b, t_m, d]` -> scalar; 0 where there is no pair.
 * Source: DERL (arXiv 2602.01833) asks for orthogonal private and shared spaces; the form is the difference loss of MISA (Hazarika et al. 2020).
 */
export function expertOrthogonality({ shared, private: own, mask }: Parts): tf.Scalar {
  const pool = (x: tf.Tensor3D, modality: keyof Parts['mask']) => maskedMean(x, valueFor(mask, modality));
  const [common, privatePart] = [mapModalities(shared, pool), mapModalities(own, pool)];
  const there = mapModalities(mask, anyPresent); // b 1
  const modalities = modalitiesOf(privatePart);
  return meanOf(
    modalities.flatMap((m, i) => [
      ...(common[m] ? [orthogonalityLoss(valueFor(privatePart, m), common[m], valueFor(there, m))] : []),
      ...modalities
        .slice(i + 1)
        .map((n) =>
          orthogonalityLoss(
            valueFor(privatePart, m),
            valueFor(privatePart, n),
            valueFor(there, m).mul(valueFor(there, n)),
          ),
        ),
    ]),
  );
}

/**
 * Keeps the routers from sending everything to few experts: the load balance loss of each bank, averaged over banks. The shared bank has
 * one load, that of the tokens of all modalities together.
 *
 * Shapes: gates `[b, t_m, k]` -> scalar, 1 where all loads are even; 0 without routers.
 * Source: Fedus et al. 2022, "Switch Transformers"; see `loadBalanceLoss` of `@trimodal/experts`.
 */
export function expertBalance({ routing, mask }: Pick<HybridExpertsOutput, 'routing' | 'mask'>): tf.Scalar {
  const ofPrivate = entriesOf(routing.private).map(([m, each]) => loadBalanceLoss(each, valueFor(mask, m)));
  const ofShared = modalitiesOf(routing.shared).length === 0 ? [] : [jointBalance(routing.shared, mask)];
  return meanOf([...ofPrivate, ...ofShared]);
}

function jointBalance(routing: PerModality<Routing>, mask: Parts['mask']): tf.Scalar {
  const all = valuesOf(routing);
  const gates = tf.concat(
    all.map((each) => each.gates),
    1,
  );
  const probabilities = tf.concat(
    all.map((each) => each.probabilities),
    1,
  );
  return loadBalanceLoss(
    { gates, probabilities },
    tf.concat(
      modalitiesOf(routing).map((modality) => valueFor(mask, modality)),
      1,
    ),
  );
}

function meanOf(terms: readonly tf.Scalar[]): tf.Scalar {
  return terms.length === 0 ? tf.scalar(0) : tf.addN([...terms]).div(terms.length);
}
