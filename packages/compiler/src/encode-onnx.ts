import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type Attribute,
  type ConstantData,
  type ElementType,
  type Graph,
  type Node,
  sizeOf,
  type Value,
} from './graph';
import { modelSchema } from './onnx-schema';

const ELEMENT_CODES: Record<ElementType, number> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };

/** The first opset in which an op is as we write it, where that is later than the base. */
const BASE_OPSET = 13;
const OPSETS: Record<string, number> = {
  HardSwish: 14,
  CumSum: 14,
  Relu: 14,
  Trilu: 14,
  ScatterND: 16,
  Where: 16,
  LayerNormalization: 17,
  BitwiseAnd: 18,
  Resize: 18,
};
/** Up to opset 17 these take their axes as an attribute. */
const AXES_AS_ATTRIBUTE = new Set(['ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL2']);
/** A constant of one number that is larger than this is written as a number and a shape. */
const LARGEST_STORED_FILL = 16;

export type EncodeOptions = {
  /** Names for sizes of inputs and outputs that may vary: `{ features: { 0: 'batch' } }`. */
  readonly symbolicSizes?: Readonly<Record<string, Readonly<Record<number, string>>>>;
  readonly metadata?: Readonly<Record<string, string>>;
};

type Init = Record<string, unknown>;

/** Writes a graph as an ONNX file, in the lowest opset that has its ops. */
export function encodeOnnx(graph: Graph, { symbolicSizes = {}, metadata = {} }: EncodeOptions = {}): Uint8Array {
  const names = new Map<Value, string>();
  for (const [name, value] of graph.inputs) names.set(value, name);
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const [name, value] of graph.outputs) if (computed.has(value) && !names.has(value)) names.set(value, name);
  const nameOf = (value: Value): string => {
    let name = names.get(value);
    if (name === undefined) {
      name = `%${names.size}`;
      names.set(value, name);
    }
    return name;
  };
  const opset = Math.max(BASE_OPSET, ...graph.nodes.filter((n) => !n.domain).map((n) => OPSETS[n.op] ?? 0));
  const nodes: Init[] = [];
  const initializer: Init[] = [];
  const domains = new Set<string>();
  const integers = (values: readonly number[]): string => {
    const name = `%ints:${values}`;
    if (!storedIntegers.has(name)) {
      storedIntegers.add(name);
      initializer.push(tensorProto(name, [values.length], 'int64', { values }));
    }
    return name;
  };
  const storedIntegers = new Set<string>();

  const used = new Set<Value>(graph.outputs.values());
  for (const node of graph.nodes) for (const input of node.inputs) if (input) used.add(input);
  for (const [value, data] of graph.constants) {
    if (!used.has(value)) continue;
    if ('fill' in data && sizeOf(value.shape) > LARGEST_STORED_FILL) {
      const scalar = `${nameOf(value)}:fill`;
      initializer.push(tensorProto(scalar, [], value.type, data));
      nodes.push(nodeProto('Expand', [scalar, integers(value.shape)], [nameOf(value)], {}));
    } else {
      initializer.push(tensorProto(nameOf(value), value.shape, value.type, data));
    }
  }
  for (const node of graph.nodes) {
    if (node.domain) domains.add(node.domain);
    const inputs = node.inputs.map((input) => (input ? nameOf(input) : ''));
    const { axes, ...others } = node.attributes;
    const outputs = node.outputs.map(nameOf);
    const axesAsInput = Array.isArray(axes) && (opset >= 18 || !AXES_AS_ATTRIBUTE.has(node.op));
    nodes.push(
      axesAsInput
        ? nodeProto(node.op, [...inputs, integers(axes)], outputs, others, node.domain)
        : nodeProto(node.op, inputs, outputs, node.attributes, node.domain),
    );
  }
  const output: Init[] = [];
  for (const [name, value] of graph.outputs) {
    if (nameOf(value) !== name) nodes.push(nodeProto('Identity', [nameOf(value)], [name], {}));
    output.push(valueInfo(name, value, symbolicSizes[name]));
  }
  const init: Init = {
    irVersion: 8n,
    producerName: 'trimodal',
    opsetImport: [{ domain: '', version: BigInt(opset) }, ...[...domains].map((domain) => ({ domain, version: 1n }))],
    graph: {
      name: 'graph',
      node: nodes,
      initializer,
      input: [...graph.inputs].map(([name, value]) => valueInfo(name, value, symbolicSizes[name])),
      output,
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  const schema = modelSchema();
  return toBinary(schema, create(schema, init as MessageInitShape<typeof schema>));
}

function nodeProto(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Node['attributes'],
  domain = '',
): Init {
  return { opType, input, output, domain, attribute: Object.entries(attributes).map(attributeProto) };
}

function attributeProto([name, attribute]: [string, Attribute]): Init {
  if (name === 'to') return { name, type: 2, i: BigInt(ELEMENT_CODES[attribute as ElementType]) };
  if (typeof attribute === 'number') return { name, type: 2, i: BigInt(attribute) };
  if (typeof attribute === 'string') return { name, type: 3, s: new TextEncoder().encode(attribute) };
  if ('float' in attribute) return { name, type: 1, f: attribute.float };
  return { name, type: 7, ints: attribute.map(BigInt) };
}

function valueInfo(name: string, value: Value, symbolic: Readonly<Record<number, string>> = {}): Init {
  const dim = value.shape.map((size, axis) =>
    symbolic[axis] === undefined ? { dimValue: BigInt(size) } : { dimParam: symbolic[axis] },
  );
  return { name, type: { tensorType: { elemType: ELEMENT_CODES[value.type], shape: { dim } } } };
}

function tensorProto(name: string, shape: readonly number[], type: ElementType, data: ConstantData): Init {
  return { name, dims: shape.map(BigInt), dataType: ELEMENT_CODES[type], rawData: rawBytes(sizeOf(shape), type, data) };
}

function rawBytes(size: number, type: ElementType, data: ConstantData): Uint8Array {
  const array = typedArray(type, size);
  if (array instanceof BigInt64Array) {
    for (let i = 0; i < size; i++) array[i] = BigInt('fill' in data ? data.fill : data.values[i]!);
  } else if ('fill' in data) {
    array.fill(data.fill);
  } else {
    array.set(data.values);
  }
  return new Uint8Array(array.buffer);
}

function typedArray(type: ElementType, size: number) {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'float64') return new Float64Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'int64') return new BigInt64Array(size);
  return new Uint8Array(size);
}
