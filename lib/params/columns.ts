import { list, text } from './schema.ts';

/** The parameter `columns` of whatever takes some features of a table; `requireNames` reads it. */
export const COLUMNS = list(text({ default: '*', doc: '' }), {
  default: ['*'],
  doc: 'Features to take, by name or pattern: a * stands for any text, a ! in front takes away what was taken before.',
});
