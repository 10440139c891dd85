/**
 * A dense layer: activation(normalization(h W) + b).
 *
 * | symbol | shape  | meaning                                                                  |
 * |--------|--------|--------------------------------------------------------------------------|
 * | h      | (n, d) | input                                                                    |
 * | W, b   | (d, m) | kernel and bias: variables `<name>/kernel`, `<name>/bias`                |
 * | a      | (n, m) | h W                                                                      |
 * | z      | (n, m) | a + b, or normalised a, scaled, + b                                      |
 * | u      | (n, m) | activation(z)                                                            |
 * | d…     | as …   | gradient of the loss by it                                               |
 */
import type { Graph, Value } from '../../tensorflow/graph.ts';
import { activate, activateGradient } from '../activation.ts';
import type { Activation } from '../activation.ts';
import type { Layer, Pass } from './layer.ts';
import { createNormalization } from './normalization.ts';
import type { Normalization } from './normalization.ts';

/** @param activation - null: none; the output is z. */
export function createDense(
  graph: Graph,
  name: string,
  nInputs: number,
  nOutputs: number,
  { activation, normalization }: { activation: Activation | null; normalization: Normalization },
): Layer {
  const kernel = graph.variable(`${name}/kernel`, [nInputs, nOutputs]);
  const bias = graph.variable(`${name}/bias`, [nOutputs]);
  const normalize = createNormalization(graph, name, nOutputs, normalization);
  const activated = (z: Value) => (activation === null ? z : activate(graph, activation, z));

  function train(h: Value): Pass {
    const normal = normalize.train(graph.matMul(h, kernel.value));
    const z = graph.addBias(normal.output, bias.value);
    const u = activated(z);
    return {
      output: u,
      updates: normal.updates,
      backward(du) {
        const dz = activation === null ? du : activateGradient(graph, activation, du, z, u);
        const { dInput: da, gradients } = normal.backward(dz);
        return {
          dInput: graph.matMul(da, kernel.value, { transposeB: true }),
          gradients: [
            { parameter: bias, gradient: graph.biasGradient(dz), isDecayed: false },
            ...gradients,
            {
              parameter: kernel,
              gradient: graph.matMul(h, da, { transposeA: true }),
              isDecayed: true,
            },
          ],
        };
      },
    };
  }
  return {
    train,
    infer(h) {
      const a = normalize.infer(graph.matMul(h, kernel.value));
      return activated(graph.addBias(a, bias.value));
    },
  };
}
