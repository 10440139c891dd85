/** What a sales model is: fitted on the months before `start_test`, then walked over all of them. */
import type { SalesWorld } from '../world.ts';
import type { Walk } from '../walk.ts';

export interface SalesOptions {
  /** Names of features, each known and its data there. */
  readonly features: readonly string[];
  /** Number of the first month that is predicted; nothing from it on is learnt from. */
  readonly startTest: number;
  /** Strength of Ridge's penalty. */
  readonly alpha: number;
  /** Whether CustomModel looks back on sales cleaned of effects, stock-outs and pushes. */
  readonly cleanHistory: boolean;
  /** Of the intervals of parameters and predictions. */
  readonly level: number;
}

export interface ParameterEstimate {
  readonly name: string;
  readonly value: number;
  /** Ends of the interval; null: the model gives none. */
  readonly lo: number | null;
  readonly hi: number | null;
}

export interface FittedSales {
  readonly walk: Walk;
  readonly parameters: readonly ParameterEstimate[];
}

export interface SalesModel {
  readonly name: string;
  readonly summary: string;
  /** Whether `features` mean something to it. */
  readonly takesFeatures: boolean;
  fit(world: SalesWorld, options: SalesOptions): FittedSales;
}
