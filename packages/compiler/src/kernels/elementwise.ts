import * as tf from '@tensorflow/tfjs';
import type { ElementType, GraphBuilder, Value } from '../graph';
import { type KernelTable, kernel, numeric, real } from './kernel';

const binary = (op: string) => kernel<'a' | 'b'>((g, { a, b }) => g.binary(op, numeric(a), numeric(b)));
const unary = (op: string) => kernel<'x'>((g, { x }) => g.unary(op, numeric(x)));
const ofReals = (op: string) => kernel<'x'>((g, { x }) => g.unary(op, real(x)));
const comparison = (op: string) =>
  kernel<'a' | 'b'>((g, { a, b }) => {
    const comparable = (x: Value) => (x.type === 'bool' ? g.cast(x, 'int32') : x);
    return g.binary(op, comparable(a), comparable(b), 'bool');
  });
const logical = (op: string) => kernel<'a' | 'b'>((g, { a, b }) => g.binary(op, a, b, 'bool'));
const predicate = (op: string) =>
  kernel<'x'>((g, { x }) => (x.type === 'float32' ? g.unary(op, x, 'bool') : g.fill(0, x.shape, 'bool')));

/** `x` where `condition`, else a number of x's type. */
function orElse(g: GraphBuilder, condition: Value, x: Value, other: number): Value {
  return g.where(condition, x, g.scalar(other, x.type));
}

function notANumber(g: GraphBuilder, x: Value): Value {
  return g.unary('IsNaN', x, 'bool');
}

/** Runs an operation on float64 copies of integers, which holds every int32 exactly. */
function inFloat64(g: GraphBuilder, a: Value, b: Value, op: (a: Value, b: Value) => Value): Value {
  return op(g.cast(a, 'float64'), g.cast(b, 'float64'));
}

/** Casts floats to int32 as JavaScript does for numbers in its range: towards zero, and 0 for what is no number. */
export function truncate(g: GraphBuilder, x: Value): Value {
  const inRange = g.binary('Less', g.unary('Abs', x), g.scalar(2 ** 31, x.type), 'bool');
  return g.cast(orElse(g, inRange, x, 0), 'int32');
}

/** @throws TypeError for a dtype that no graph value has. */
export function elementType(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`no graph form of dtype ${dtype}`);
}

/** The dtype of a value that a tensor stands for. */
export function elementDtype(value: Value): 'float32' | 'int32' | 'bool' {
  return value.type as 'float32' | 'int32' | 'bool';
}

function cast(g: GraphBuilder, x: Value, dtype: tf.DataType): Value {
  const type = elementType(dtype);
  return type === 'int32' && x.type === 'float32' ? truncate(g, x) : g.cast(x, type);
}

/** The remainder with the sign of the divisor. */
function modulo(g: GraphBuilder, a: Value, b: Value): Value {
  if (a.type === 'int32')
    return truncate(
      g,
      inFloat64(g, a, b, (x, y) => modulo(g, x, y)),
    );
  const zero = g.scalar(0, a.type);
  const mod = (x: Value, y: Value) =>
    g.add('Mod', [x, y], g.binary('Add', x, y).shape, a.type, { attributes: { fmod: 1 } });
  const remainder = mod(a, b);
  const negative = (x: Value) => g.binary('Less', x, zero, 'bool');
  const sameSign = g.unary('Not', g.binary('Xor', negative(a), negative(b), 'bool'));
  return g.where(sameSign, remainder, mod(g.binary('Add', remainder, b), b));
}

/** `log(1 + x)` without loss for small x (Kahan). */
function log1p(g: GraphBuilder, x: Value): Value {
  const one = g.scalar(1);
  const u = g.binary('Add', x, one);
  const corrected = g.binary('Div', g.binary('Mul', g.unary('Log', u), x), g.binary('Sub', u, one));
  const endless = g.binary('Equal', u, g.scalar(Infinity), 'bool');
  return g.where(g.binary('Or', g.binary('Equal', u, one, 'bool'), endless, 'bool'), x, corrected);
}

/** `exp(x) - 1` without loss for small x: `2 t / (1 - t)`, `t = tanh(x / 2)`. */
function expm1(g: GraphBuilder, x: Value): Value {
  const one = g.scalar(1);
  const t = g.unary('Tanh', g.binary('Mul', x, g.scalar(0.5)));
  const near = g.binary('Div', g.binary('Add', t, t), g.binary('Sub', one, t));
  const far = g.binary('Sub', g.unary('Exp', x), one);
  return g.where(g.binary('Less', g.unary('Abs', x), g.scalar(0.5), 'bool'), near, far);
}

/** `scale x` for positive x, else `scaleAlpha (exp(x) - 1)`. */
function elu(g: GraphBuilder, x: Value, scale: number, scaleAlpha: number): Value {
  const positive = scale === 1 ? x : g.binary('Mul', x, g.scalar(scale));
  const negative = expm1(g, x);
  const curve = scaleAlpha === 1 ? negative : g.binary('Mul', negative, g.scalar(scaleAlpha));
  return g.where(g.binary('Less', x, g.scalar(0), 'bool'), curve, positive);
}

function prelu(g: GraphBuilder, x: Value, alpha: Value): Value {
  return g.where(g.binary('Less', x, g.scalar(0), 'bool'), g.binary('Mul', x, alpha), x);
}

/** The angle of the point (x, y). */
function atan2(g: GraphBuilder, y: Value, x: Value): Value {
  const zero = g.scalar(0);
  const infinite = g.binary('And', g.unary('IsInf', x, 'bool'), g.unary('IsInf', y, 'bool'), 'bool');
  // the quotient of two infinities counts as that of their signs, and 0 / 0 as 0
  const top = g.where(infinite, g.unary('Sign', y), y);
  const bottom = g.where(infinite, g.unary('Sign', x), x);
  const bothZero = g.binary('And', g.binary('Equal', y, zero, 'bool'), g.binary('Equal', x, zero, 'bool'), 'bool');
  const angle = g.unary('Atan', g.where(bothZero, y, g.binary('Div', top, bottom)));
  // 1 / x tells -0 from 0
  const reciprocal = g.unary('Reciprocal', x);
  const left = g.binary('Less', g.where(g.binary('Equal', x, zero, 'bool'), reciprocal, x), zero, 'bool');
  const down = g.binary('Less', g.where(g.binary('Equal', y, zero, 'bool'), g.unary('Reciprocal', y), y), zero, 'bool');
  const turned = g.binary('Add', angle, g.where(down, g.scalar(-Math.PI), g.scalar(Math.PI)));
  return g.where(left, turned, angle);
}

/** `a ** b` as Math.pow has it: NaN for a base of 1 or -1 and an exponent that is no finite number. */
function pow(g: GraphBuilder, a: Value, b: Value): Value {
  if (numeric(a).type === 'int32') {
    return truncate(
      g,
      inFloat64(g, a, b, (x, y) => g.binary('Pow', x, y)),
    );
  }
  const raised = g.binary('Pow', a, b);
  const exponent = g.constants.get(b);
  if (exponent && 'fill' in exponent && Number.isFinite(exponent.fill)) return raised;
  const unit = g.binary('Equal', g.unary('Abs', a), g.scalar(1), 'bool');
  const endless = g.unary('Not', g.binary('Less', g.unary('Abs', b), g.scalar(Infinity), 'bool'));
  return g.where(g.binary('And', unit, endless, 'bool'), g.scalar(Number.NaN), raised);
}

export const elementwise: KernelTable = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: kernel<'a' | 'b'>((g, { a, b }) => {
    if (a.type !== 'int32') return g.binary('Div', numeric(a), b);
    // a division of integers by 0 ends the process
    return truncate(
      g,
      inFloat64(g, a, b, (x, y) => g.binary('Div', x, y)),
    );
  }),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  SquaredDifference: kernel<'a' | 'b'>((g, { a, b }) => {
    const difference = g.binary('Sub', numeric(a), b);
    return g.binary('Mul', difference, difference);
  }),
  Pow: kernel<'a' | 'b'>((g, { a, b }) => pow(g, a, b)),
  FloorDiv: kernel<'a' | 'b'>((g, { a, b }) =>
    truncate(
      g,
      inFloat64(g, numeric(a), numeric(b), (x, y) => g.unary('Floor', g.binary('Div', x, y))),
    ),
  ),
  Mod: kernel<'a' | 'b'>((g, { a, b }) => modulo(g, numeric(a), numeric(b))),
  Atan2: kernel<'a' | 'b'>((g, { a, b }) => atan2(g, real(a), real(b))),
  BitwiseAnd: binary('BitwiseAnd'),
  AddN: (g, inputs) => Object.values(inputs).reduce((sum, x) => g.binary('Add', numeric(sum), x)),

  Equal: comparison('Equal'),
  NotEqual: kernel<'a' | 'b'>((g, inputs) => g.unary('Not', comparison('Equal')(g, inputs, {}) as Value)),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalNot: kernel<'x'>((g, { x }) => g.unary('Not', x)),
  Select: kernel<'condition' | 't' | 'e'>((g, { condition, t, e }) => {
    const type = t.type === e.type ? t.type : elementType(tf.upcastType(elementDtype(t), elementDtype(e)));
    return g.where(condition, g.cast(t, type), g.cast(e, type));
  }),

  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Ceil: ofReals('Ceil'),
  Floor: ofReals('Floor'),
  Round: kernel<'x'>((g, { x }) => (x.type === 'int32' ? x : g.unary('Round', numeric(x)))),
  // 0 for NaN, as there
  Sign: kernel<'x'>((g, { x }) =>
    x.type === 'int32' ? g.unary('Sign', x) : orElse(g, g.unary('Not', notANumber(g, real(x))), g.unary('Sign', x), 0),
  ),
  Exp: kernel<'x'>((g, { x }) => g.unary('Exp', g.cast(x, 'float32'))),
  Expm1: kernel<'x'>((g, { x }) => expm1(g, real(x))),
  Log: ofReals('Log'),
  Log1p: kernel<'x'>((g, { x }) => log1p(g, real(x))),
  Sqrt: ofReals('Sqrt'),
  Rsqrt: kernel<'x'>((g, { x }) => g.unary('Reciprocal', g.unary('Sqrt', real(x)))),
  Square: kernel<'x'>((g, { x }) => g.binary('Mul', numeric(x), x)),
  Reciprocal: ofReals('Reciprocal'),
  Sin: ofReals('Sin'),
  Cos: ofReals('Cos'),
  Tan: ofReals('Tan'),
  Asin: ofReals('Asin'),
  Acos: ofReals('Acos'),
  Atan: ofReals('Atan'),
  Sinh: ofReals('Sinh'),
  Cosh: ofReals('Cosh'),
  Tanh: ofReals('Tanh'),
  Asinh: ofReals('Asinh'),
  Acosh: ofReals('Acosh'),
  Atanh: ofReals('Atanh'),
  Erf: ofReals('Erf'),
  Sigmoid: ofReals('Sigmoid'),
  Softplus: ofReals('Softplus'),
  Relu: unary('Relu'),
  Relu6: kernel<'x'>((g, { x }) =>
    g.add('Clip', [numeric(x), g.scalar(0, x.type), g.scalar(6, x.type)], x.shape, x.type),
  ),
  LeakyRelu: kernel<'x', tf.LeakyReluAttrs>((g, { x }, { alpha }) =>
    g.unary('LeakyRelu', g.cast(x, 'float32'), 'float32', { alpha: { float: alpha } }),
  ),
  Prelu: kernel<'x' | 'alpha'>((g, { x, alpha }) => prelu(g, g.cast(x, 'float32'), g.cast(alpha, 'float32'))),
  Elu: kernel<'x'>((g, { x }) => elu(g, real(x), 1, 1)),
  EluGrad: kernel<'dy' | 'y'>((g, { dy, y }) => {
    const [gradient, value, one] = [g.cast(dy, 'float32'), g.cast(y, 'float32'), g.scalar(1)];
    const positive = g.binary('GreaterOrEqual', value, g.scalar(0), 'bool');
    return g.binary('Mul', gradient, g.where(positive, one, g.binary('Add', value, one)));
  }),
  Selu: kernel<'x'>((g, { x }) => elu(g, real(x), tf.backend_util.SELU_SCALE, tf.backend_util.SELU_SCALEALPHA)),
  Step: kernel<'x', tf.StepAttrs>((g, { x }, { alpha }) => {
    const step = g.where(
      g.binary('Greater', numeric(x), g.scalar(0, x.type), 'bool'),
      g.scalar(1, x.type),
      g.scalar(alpha ?? 0, x.type),
    );
    return x.type === 'float32' ? g.where(notANumber(g, x), x, step) : step;
  }),
  ClipByValue: kernel<'x', tf.ClipByValueAttrs>((g, { x }, { clipValueMin, clipValueMax }) =>
    g.add('Clip', [numeric(x), g.scalar(clipValueMin, x.type), g.scalar(clipValueMax, x.type)], x.shape, x.type),
  ),
  IsNan: predicate('IsNaN'),
  IsInf: predicate('IsInf'),
  IsFinite: kernel<'x'>((g, { x }) =>
    x.type === 'float32' ? g.binary('Less', g.unary('Abs', x), g.scalar(Infinity), 'bool') : g.fill(1, x.shape, 'bool'),
  ),
  Cast: kernel<'x', tf.CastAttrs>((g, { x }, { dtype }) => cast(g, x, dtype)),
};
