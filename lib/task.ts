/** What is learnt of the target: which class a row has, or a number. */
export const TASKS = ['classification', 'regression'] as const;
export type Task = (typeof TASKS)[number];
