/**
 * A {@link OnnxGraph} in the file format of ONNX. The field numbers are those of onnx.proto.
 *
 * @see https://github.com/onnx/onnx/blob/v1.19.0/onnx/onnx.proto3
 */
import { float, integer, integers, message, text } from '../protobuf.ts';
import type {
  Attribute,
  ElementType,
  OnnxGraph,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from './graph.ts';

/** Read by every runtime since 2023: ONNX 1.14, onnxruntime 1.15. */
const IR_VERSION = 9;
export const OPSET = 18;
/** The trees of this version take and sum double. */
export const ML_OPSET = 3;
export const ML_DOMAIN = 'ai.onnx.ml';

const TYPES: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int8: 3,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
};
const [FLOAT, INT, STRING, TENSOR, INTS, STRINGS] = [1, 2, 3, 4, 7, 8];

/** @param metadata - For people; runtimes pass it over. */
export function formatModel(
  graph: OnnxGraph,
  producer: { readonly name: string; readonly version: string },
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const opset = (domain: string, version: number): Buffer =>
    message(8, Buffer.concat([text(1, domain), integer(2, version)]));
  return Buffer.concat([
    integer(1, IR_VERSION),
    text(2, producer.name),
    text(3, producer.version),
    message(7, formatGraph(graph)),
    opset('', OPSET),
    opset(ML_DOMAIN, ML_OPSET),
    ...Object.entries(metadata).map(([key, value]) =>
      message(14, Buffer.concat([text(1, key), text(2, value)])),
    ),
  ]);
}

function formatGraph({ nodes, constants, inputs, outputs }: OnnxGraph): Buffer {
  return Buffer.concat([
    ...nodes.map((node) => message(1, formatNode(node))),
    text(2, 'timberline'),
    ...constants.map(({ name, tensor }) => message(5, formatTensor(tensor, name))),
    ...inputs.map((value) => message(11, formatValue(value))),
    ...outputs.map((value) => message(12, formatValue(value))),
  ]);
}

function formatNode({ op, domain, inputs, outputs, attributes }: OnnxNode): Buffer {
  return Buffer.concat([
    ...inputs.map((value) => text(1, value)),
    ...outputs.map((value) => text(2, value)),
    text(4, op),
    ...Object.entries(attributes).map(([name, attribute]) =>
      message(5, Buffer.concat([text(1, name), formatAttribute(attribute)])),
    ),
    text(7, domain),
  ]);
}

function formatAttribute(attribute: Attribute): Buffer {
  const typed = (type: number, content: Buffer): Buffer =>
    Buffer.concat([content, integer(20, type)]);
  if ('float' in attribute) return typed(FLOAT, float(2, attribute.float));
  if ('int' in attribute) return typed(INT, integer(3, attribute.int));
  if ('text' in attribute) return typed(STRING, text(4, attribute.text));
  if ('tensor' in attribute) return typed(TENSOR, message(5, formatTensor(attribute.tensor, '')));
  if ('ints' in attribute) return typed(INTS, integers(8, attribute.ints));
  const formatted = new Map([...new Set(attribute.texts)].map((item) => [item, text(9, item)]));
  return typed(STRINGS, Buffer.concat(attribute.texts.map((item) => formatted.get(item)!)));
}

function formatTensor({ shape, data }: OnnxTensor, name: string): Buffer {
  const content = ArrayBuffer.isView(data)
    ? [message(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))]
    : data.map((item) => text(6, item));
  return Buffer.concat([
    ...shape.map((size) => integer(1, size)),
    integer(2, TYPES[typeOf(data)]),
    text(8, name),
    ...content,
  ]);
}

function formatValue({ name, type, shape }: OnnxValue): Buffer {
  const dimensions = shape.map((size) =>
    message(1, typeof size === 'string' ? text(2, size) : integer(1, size)),
  );
  const tensor = Buffer.concat([integer(1, TYPES[type]), message(2, Buffer.concat(dimensions))]);
  return Buffer.concat([text(1, name), message(2, message(1, tensor))]);
}

function typeOf(data: OnnxTensor['data']): ElementType {
  if (data instanceof Int8Array) return 'int8';
  if (data instanceof Float16Array) return 'float16';
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof BigInt64Array) return 'int64';
  return 'string';
}
