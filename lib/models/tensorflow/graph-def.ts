/**
 * A {@link Graph} in TensorFlow's file format: the bytes of a `saved_model.pb` with one graph and no
 * variables. The field numbers below are those of tensorflow/core/protobuf/saved_model.proto and of the
 * .proto files that it imports.
 */
import { integer, message, text } from '../protobuf.ts';
import type { Attribute, DType, Graph, Node, Tensor } from './graph.ts';

/** The tag that the graph is loaded by. */
export const TAG = 'train';

/** Graphs of this version or later mean the same in TensorFlow 2.x (tensorflow/core/public/version.h). */
const PRODUCER = 1882;
const DT: Readonly<Record<DType | 'bool', number>> = { float32: 1, int32: 3, bool: 10 };

export function formatSavedModel(graph: Graph): Uint8Array {
  const graphDef = Buffer.concat([
    ...graph.nodes.map((node) => message(1, formatNode(node))),
    message(4, integer(1, PRODUCER)),
  ]);
  const metaGraph = Buffer.concat([message(1, text(4, TAG)), message(2, graphDef)]);
  return Buffer.concat([integer(1, 1), message(2, metaGraph)]);
}

function formatNode({ name, op, inputs, after, attributes }: Node): Buffer {
  return Buffer.concat([
    text(1, name),
    text(2, op),
    ...inputs.map((value) => text(3, value)),
    ...after.map((value) => text(3, `^${value.slice(0, value.lastIndexOf(':'))}`)),
    ...Object.entries(attributes).map(([key, attribute]) =>
      message(5, Buffer.concat([text(1, key), message(2, formatAttribute(attribute))])),
    ),
  ]);
}

function formatAttribute(attribute: Attribute): Buffer {
  if ('text' in attribute) return text(2, attribute.text);
  if ('int' in attribute) return integer(3, attribute.int);
  if ('bool' in attribute) return integer(5, attribute.bool ? 1 : 0);
  if ('type' in attribute) return integer(6, DT[attribute.type]);
  if ('shape' in attribute) return message(7, formatShape(attribute.shape));
  return message(8, formatTensor(attribute.tensor));
}

const formatShape = (shape: readonly number[]) =>
  Buffer.concat(shape.map((size) => message(2, integer(1, size))));

function formatTensor({ shape, values }: Tensor): Buffer {
  const dtype = values instanceof Int32Array ? 'int32' : 'float32';
  const content = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([
    integer(1, DT[dtype]),
    message(2, formatShape(shape)),
    message(4, content),
  ]);
}
