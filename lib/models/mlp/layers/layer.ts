/**
 * What a kind of layer is: its formula, and the gradients of that formula by hand, in one place.
 *
 * A layer makes its variables when it is created and writes its formula into the graph each time that it is
 * applied: to the rows of a training step, and to rows that are only scored.
 */
import type { Value } from '../../tensorflow/graph.ts';
import type { Gradient } from '../optimizer.ts';

/** @typeParam DInput - null: it takes the rows of the data, so that nobody asks for a gradient by them. */
export interface Layer<DInput extends Value | null = Value> {
  /** Applies it to the rows of a training step. */
  train(x: Value): Pass<DInput>;
  /** Applies it to rows that are scored: without dropout, with running statistics. */
  infer(x: Value): Value;
}

/** One way through a layer, and the way back. */
export interface Pass<DInput extends Value | null = Value> {
  readonly output: Value;
  /** Changes of variables that are no parameters, for the step to wait for. */
  readonly updates: readonly Value[];
  /** @param dOutput - Gradient of the loss by the output. */
  backward(dOutput: Value): {
    /** Gradient by the input. */
    readonly dInput: DInput;
    /** Of the layer's parameters. */
    readonly gradients: readonly Gradient[];
  };
}

/** One layer after the other; gradients stand in the order in which they are found, the last layer's first. */
export function chain(layers: readonly Layer<Value | null>[]): Layer<Value | null> {
  return {
    train(x) {
      const passes: Pass<Value | null>[] = [];
      let output = x;
      for (const layer of layers) {
        const pass = layer.train(output);
        passes.push(pass);
        output = pass.output;
      }
      return {
        output,
        updates: passes.flatMap(({ updates }) => updates),
        backward(dOutput) {
          const gradients: Gradient[] = [];
          let dInput: Value | null = dOutput;
          for (const pass of passes.toReversed()) {
            if (dInput === null) throw new Error('a layer that takes rows must be the first');
            const back: ReturnType<typeof pass.backward> = pass.backward(dInput);
            gradients.push(...back.gradients);
            dInput = back.dInput;
          }
          return { dInput, gradients };
        },
      };
    },
    infer: (x) => layers.reduce((h, layer) => layer.infer(h), x),
  };
}
