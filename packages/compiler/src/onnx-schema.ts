import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';

/** Fields of a message: name, number, type (a scalar, or the name of a message), `[]` after the type if repeated. */
type Fields = Record<string, readonly [number, string]>;

/** The messages of onnx.proto that a model without control flow, sparse tensors and training info needs. */
const MESSAGES: Record<string, Fields> = {
  ModelProto: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    producer_version: [3, 'string'],
    doc_string: [6, 'string'],
    graph: [7, 'GraphProto'],
    opset_import: [8, 'OperatorSetIdProto[]'],
    metadata_props: [14, 'StringStringEntryProto[]'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto[]'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto[]'],
    input: [11, 'ValueInfoProto[]'],
    output: [12, 'ValueInfoProto[]'],
  },
  NodeProto: {
    input: [1, 'string[]'],
    output: [2, 'string[]'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto[]'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    floats: [7, 'float[]'],
    ints: [8, 'int64[]'],
    type: [20, 'int32'],
  },
  TensorProto: { dims: [1, 'int64[]'], data_type: [2, 'int32'], name: [8, 'string'], raw_data: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensor_type: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto[]'] },
  DimensionProto: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
};

const SCALARS: Record<string, Type> = {
  int64: Type.INT64,
  int32: Type.INT32,
  string: Type.STRING,
  bytes: Type.BYTES,
  float: Type.FLOAT,
};

let model: DescMessage | undefined;

/** The descriptor of ModelProto. proto2, as in onnx.proto: an attribute that is 0 is written, not left out. */
export function modelSchema(): DescMessage {
  if (!model) {
    const file = create(FileDescriptorProtoSchema, {
      name: 'onnx.proto',
      package: 'onnx',
      syntax: 'proto2',
      messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
        name,
        field: Object.entries(fields).map(([field, [number, kind]]) => {
          const type = kind.replace('[]', '');
          const label = kind.endsWith('[]') ? Label.REPEATED : Label.OPTIONAL;
          const scalar = SCALARS[type];
          return scalar === undefined
            ? { name: field, number, label, type: Type.MESSAGE, typeName: `.onnx.${type}` }
            : { name: field, number, label, type: scalar };
        }),
      })),
    });
    model = createFileRegistry(file, () => undefined).getMessage('onnx.ModelProto')!;
  }
  return model;
}
