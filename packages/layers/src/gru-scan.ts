import * as tf from '@tensorflow/tfjs';

export type GruScanInputs = {
  /** Input projections of the gates r and u, `[t b, 2h]`, rows in the order of time. */
  readonly gates: tf.Tensor2D;
  /** Input projection of n, `[t b, h]`. */
  readonly candidates: tf.Tensor2D;
  /** `[h, 3h]`, columns r, u, n. */
  readonly weight: tf.Tensor2D;
  /** `[3h]` */
  readonly bias: tf.Tensor1D;
};

/**
 * Runs a gated recurrent unit over time from a zero state.
 *
 * `r = sigmoid(x_r + g_r)`, `u = sigmoid(x_u + g_u)`, `n = tanh(x_n + r g_n)`, `h' = h + u (n - h)`, with `g = h weight + bias`:
 * `u` is one minus PyTorch's update gate, so a step whose `x_u` is hugely negative carries the state through.
 *
 * The gradient is written out: what doesn't depend on later steps is computed for all steps at once, as is the weight's
 * gradient, which leaves one product and five elementwise ops a step, a third of the chain rule's.
 *
 * Shapes: as in GruScanInputs -> the state after each step `[t b, h]`, rows in the order of time.
 * @param time The number of steps.
 * @param backward Starts at the last step.
 */
export function gruScan(
  { gates, candidates, weight, bias }: GruScanInputs,
  time: number,
  backward: boolean,
): tf.Tensor2D {
  const [rows, dim] = candidates.shape;
  const start = () => tf.zeros<tf.Rank.R2>([rows / time, dim]);
  const order = Array.from({ length: time }, (_, i) => (backward ? time - 1 - i : i));

  const scan = tf.customGrad((...args) => {
    const [xGates, xCandidates, w, c, save] = args as unknown as [...tf.Tensor2D[], tf.GradSaveFunc] & tf.Tensor2D[];
    const stepGates = tf.split(xGates!, time);
    const stepCandidates = tf.split(xCandidates!, time);
    const history: Record<'r' | 'u' | 'n' | 'g' | 'h', tf.Tensor[]> = { r: [], u: [], n: [], g: [], h: [] };
    let h = start();
    for (const t of order) {
      const [gGates, g] = tf.split(h.matMul(w!).add<tf.Tensor2D>(c!), [2 * dim, dim], 1) as [tf.Tensor2D, tf.Tensor2D];
      const [r, u] = tf.split(stepGates[t]!.add(gGates).sigmoid(), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const n = stepCandidates[t]!.add(r.mul(g)).tanh();
      h = h.add(u.mul(n.sub(h)));
      for (const [name, value] of Object.entries({ r, u, n, g, h })) history[name as 'r'][t] = value;
    }
    (save as tf.GradSaveFunc)([w!, ...Object.values(history).flat()]);
    return { value: tf.concat(history.h), gradFunc };
  });

  const gradFunc = (dStates: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [w, ...history] = saved as [tf.Tensor2D, ...tf.Tensor2D[]];
    const all = (i: number) => tf.concat(history.slice(i * time, (i + 1) * time)); // (t b) h
    const [r, u, n, g] = [all(0), all(1), all(2), all(3)] as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const h = history.slice(4 * time);
    const before = tf.concat(backward ? [...h.slice(1), start()] : [start(), ...h.slice(0, -1)]);
    const keep = tf.sub<tf.Tensor2D>(1, u);
    // how x_n, g_n, x_r and x_u move h'
    const slopeN = u.mul<tf.Tensor2D>(tf.sub(1, n.square()));
    const slopeG = slopeN.mul<tf.Tensor2D>(r);
    const slopeR = slopeG.mul(g).mul<tf.Tensor2D>(tf.sub(1, r));
    const slopeU = n.sub(before).mul(u).mul<tf.Tensor2D>(keep);
    const slopes = tf.split(tf.concat([slopeR, slopeU, slopeG], 1), time);
    const keeps = tf.split(keep, time);
    const arriving = tf.split(dStates, time);
    const back = w.transpose();
    const dH: tf.Tensor2D[] = [];
    const dG: tf.Tensor2D[] = [];
    let carried: tf.Tensor | null = null;
    for (const t of order.toReversed()) {
      const dh: tf.Tensor2D = carried ? arriving[t]!.add(carried) : (arriving[t] as tf.Tensor2D);
      const dg = tf.concat([dh, dh, dh], 1).mul<tf.Tensor2D>(slopes[t]!);
      carried = dh.mul(keeps[t]!).add(dg.matMul(back));
      dH[t] = dh;
      dG[t] = dg;
    }
    const allH = tf.concat(dH);
    const allG = tf.concat(dG);
    return [
      tf.concat([allH.mul<tf.Tensor2D>(slopeR), allH.mul<tf.Tensor2D>(slopeU)], 1),
      allH.mul(slopeN),
      before.matMul(allG, true),
      allG.sum(0),
    ];
  };

  return scan(gates, candidates, weight, bias) as tf.Tensor2D;
}
