import { isRecord, shaped } from '../params/schema.ts';
import { SCALER_METHODS } from './scaler.ts';
import type { ScalerMethod } from './scaler.ts';

export interface ScalerGroup {
  readonly columns: readonly string[];
  readonly method: ScalerMethod;
}

/** The parameter `normalize.groups`. */
export const SCALER_GROUPS = shaped<readonly ScalerGroup[]>(
  {
    default: [],
    doc: 'Another method for some columns, each {columns: [names], method}; a * in a name stands for any text.',
    range: 'a list of groups {columns, method}',
    jsonSchema: {
      type: 'array',
      items: {
        type: 'object',
        required: ['columns', 'method'],
        additionalProperties: false,
        properties: {
          columns: { type: 'array', items: { type: 'string' } },
          method: { enum: SCALER_METHODS },
        },
      },
    },
  },
  (value) => {
    const isGroup = (group: unknown): boolean =>
      isRecord(group) &&
      Object.keys(group).toSorted().join() === 'columns,method' &&
      Array.isArray(group.columns) &&
      group.columns.every((name) => typeof name === 'string') &&
      SCALER_METHODS.includes(group.method as ScalerMethod);
    if (!Array.isArray(value) || !value.every(isGroup)) {
      throw new Error(`a list of groups {columns: [names], method: ${SCALER_METHODS.join(' | ')}}`);
    }
  },
);
