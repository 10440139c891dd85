/** Dropout: outputs set to 0 in training, each by its own draw (Srivastava et al. 2014, JMLR 15, 1929-1958). */
import type { Graph, Value } from '../../tensorflow/graph.ts';
import type { Layer } from './layer.ts';

/**
 * @param share - Of the outputs, in (0, 1); the others grow by 1 / (1 - share), so that the expectation stays.
 * @param seed - (2) integers, which alone decide.
 */
export function createDropout(graph: Graph, share: number, seed: Value): Layer {
  return {
    train(x) {
      const isKept = graph.randomMask(graph.shapeOf(x), seed, share);
      const mask = graph.multiply(isKept, graph.scalar(1 / (1 - share)));
      return {
        output: graph.multiply(x, mask),
        updates: [],
        backward: (dOutput) => ({ dInput: graph.multiply(dOutput, mask), gradients: [] }),
      };
    },
    infer: (x) => x,
  };
}
