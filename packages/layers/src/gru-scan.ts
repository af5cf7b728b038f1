import * as tf from '@tensorflow/tfjs';

/**
 * Runs gated recurrent units over time, several independent ones side by side, from a zero state.
 *
 * `r = sigmoid(x_r + g_r)`, `u = sigmoid(x_u + g_u)`, `n = tanh(x_n + r g_n)`, `h' = h + u (n - h)`, with `g = h weight + bias`:
 * `u` is one minus PyTorch's update gate, so a step whose `x_u` is hugely negative carries the state through.
 *
 * The gradient is written out. What doesn't depend on later steps is computed for all steps at once, as is the weight's
 * gradient, which leaves one product and four elementwise ops a step (a third of the chain rule's).
 *
 * Shapes (d units, each with width h): projected `[d, t, b, 3h]` (r, u, n), weight `[d, h, 3h]`, bias `[d, 1, 3h]` -> states `[d, t, b, h]`.
 */
export function gruScan(projected: tf.Tensor4D, weight: tf.Tensor3D, bias: tf.Tensor3D): tf.Tensor4D {
  const [units, time, batch, gates] = projected.shape;
  const dim = gates / 3;

  const scan = tf.customGrad((...args) => {
    const [x, w, c, save] = args as unknown as [tf.Tensor4D, tf.Tensor3D, tf.Tensor3D, tf.GradSaveFunc];
    const [xRU, xN] = tf.split(x, [2 * dim, dim], 3) as [tf.Tensor4D, tf.Tensor4D];
    const stepsRU = tf.unstack(xRU, 1);
    const stepsN = tf.unstack(xN, 1);
    const history: Record<'r' | 'u' | 'n' | 'g' | 'h', tf.Tensor[]> = { r: [], u: [], n: [], g: [], h: [] };
    let h: tf.Tensor = tf.zeros([units, batch, dim]);
    for (let t = 0; t < time; t++) {
      const [gRU, g] = tf.split(tf.matMul(h, w).add(c), [2 * dim, dim], 2) as [tf.Tensor, tf.Tensor];
      const [r, u] = tf.split(stepsRU[t]!.add(gRU).sigmoid(), 2, 2) as [tf.Tensor, tf.Tensor];
      const n = stepsN[t]!.add(r.mul(g)).tanh();
      h = h.add(u.mul(n.sub(h)));
      for (const [name, value] of Object.entries({ r, u, n, g, h })) history[name as 'r'].push(value);
    }
    save([w, ...Object.values(history).flat()]);
    const value = tf.concat(history.h, 1).reshape([units, time, batch, dim]);
    return { value, gradFunc };
  });

  const gradFunc = (dStates: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
    const [w, ...history] = saved as [tf.Tensor, ...tf.Tensor[]];
    // every step of one quantity: d (t b) h
    const all = (i: number) => tf.concat(history.slice(i * time, (i + 1) * time), 1);
    const [r, u, n, g] = [all(0), all(1), all(2), all(3)] as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const before = tf.concat([tf.zeros([units, batch, dim]), ...history.slice(4 * time, 5 * time - 1)], 1);
    const keep = tf.sub(1, u);
    // what a change of h' does to x_n, g_n, x_r and x_u
    const slopeN = u.mul(tf.sub(1, n.square()));
    const slopeG = slopeN.mul(r);
    const slopeR = slopeG.mul(g).mul(tf.sub(1, r));
    const slopeU = n.sub(before).mul(u).mul(keep);
    const slopes = tf.unstack(tf.concat([slopeR, slopeU, slopeG], 2).reshape([units, time, batch, 3, dim]), 1);
    const keeps = tf.unstack(keep.reshape([units, time, batch, dim]), 1);
    const arriving = tf.unstack(dStates, 1);
    const back = w.transpose([0, 2, 1]); // d 3h h
    const dH: tf.Tensor[] = [];
    const dG: tf.Tensor[] = [];
    let carried: tf.Tensor | null = null;
    for (let t = time - 1; t >= 0; t--) {
      const dh: tf.Tensor = carried ? arriving[t]!.add(carried) : arriving[t]!;
      const dg = dh
        .reshape([units, batch, 1, dim])
        .mul(slopes[t]!)
        .reshape([units, batch, 3 * dim]);
      if (t > 0) carried = dh.mul(keeps[t]!).add(tf.matMul(dg, back));
      dH.unshift(dh);
      dG.unshift(dg);
    }
    const gradG = tf.concat(dG, 1); // d (t b) 3h
    const [gradRU] = tf.split(gradG, [2 * dim, dim], 2) as [tf.Tensor];
    const gradX = tf.concat([gradRU, tf.concat(dH, 1).mul(slopeN)], 2).reshape([units, time, batch, gates]);
    return [gradX, tf.matMul(before, gradG, true, false), gradG.sum(1, true)];
  };

  return scan(projected, weight, bias) as tf.Tensor4D;
}
