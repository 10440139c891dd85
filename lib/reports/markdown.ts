/** Markdown from values: what a user wrote stays text. */

/** Text on one line, its marks escaped. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_|<>[\]]/g, '\\$&');
}

export interface MarkdownColumn {
  readonly label: string;
  readonly isNumeric?: boolean;
}

/** Lines of a table; labels and cells are escaped. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ label }) => escapeMarkdown(label))),
    line(columns.map(({ isNumeric }) => (isNumeric ? '--:' : '---'))),
    ...rows.map((cells) => line(cells.map(escapeMarkdown))),
  ];
}

/** Lines of a list; items are escaped. */
export function markdownList(items: readonly string[]): string[] {
  return items.map((item) => `- ${escapeMarkdown(item)}`);
}
