/**
 * HTML as values: text is escaped unless it was made by `markup` or vouched for by `trusted`, so that a
 * class name, a path or a cell of somebody's table can never become markup.
 */

/** Markup that is safe to insert as it is. A class, not a shape, so that no parsed JSON can pose as one. */
export class Html {
  readonly #markup: string;
  constructor(markup: string) {
    this.#markup = markup;
  }
  toString(): string {
    return this.#markup;
  }
}

/** Texts and numbers are escaped, lists are joined, null is nothing. */
export type Content = Html | string | number | null | readonly Content[];

/** Template tag: ``markup`<p class="${name}">${text}</p>` ``. Attributes must stand in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.reduce((text, part, index) => text + render(values[index - 1]) + part));
}

/** Vouches for markup that this program itself made, such as a chart; never for anything a user wrote. */
export function trusted(text: string): Html {
  return new Html(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand between tags or inside a quoted attribute; control characters become U+FFFD. */
export function escapeHtml(text: string): string {
  return (
    text
      .toWellFormed()
      // eslint-disable-next-line no-control-regex -- control characters are what is looked for
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '\ufffd')
      .replace(/[&<>"']/g, (character) => ESCAPES[character])
  );
}

function render(content: Content): string {
  if (content === null) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'object') return content.map(render).join('');
  return escapeHtml(String(content));
}
