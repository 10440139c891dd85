/**
 * The frame of every HTML page: one self-contained file that opens anywhere, without a request and without
 * a script (its own policy forbids both), light and dark, from a telephone's width up.
 */
import { markup, trusted, type Content, type Html } from './html.ts';
import { STYLESHEET } from './stylesheet.ts';

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}
export interface Section {
  readonly heading: string;
  readonly content: readonly Html[];
}

/** The whole document. Same input, same bytes. */
export function page({ title, subtitle, sections }: Page): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trusted(STYLESHEET)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${subtitle}</p>
</header>
<main>
${sections.map(section)}</main>
</body>
</html>
`.toString();
}

function section({ heading, content }: Section): Html {
  return markup`<section>
<h2>${heading}</h2>
${content.map(line)}</section>
`;
}

function line(content: Content): Html {
  return markup`${content}\n`;
}

export interface TableColumn {
  readonly label: string;
  /** Numbers stand at the right, in figures of one width. */
  readonly isNumeric?: boolean;
}

/**
 * A table that scrolls sideways by itself where the screen is narrow.
 *
 * @param caption - Left out where the text above says it all.
 * @param rows - One cell per column; the first one is the heading of its row.
 */
export function table({
  caption,
  columns,
  rows,
}: {
  readonly caption?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Content[])[];
}): Html {
  const kind = (index: number): string => (columns[index].isNumeric ? 'number' : 'text');
  const heading = ({ label }: TableColumn, index: number): Html =>
    markup`<th scope="col" class="${kind(index)}">${label}</th>`;
  const cell = (content: Content, index: number): Html =>
    index === 0
      ? markup`<th scope="row" class="${kind(index)}">${content}</th>`
      : markup`<td class="${kind(index)}">${content}</td>`;
  return scrollable(
    caption ?? columns[0].label,
    markup`<table>
${caption === undefined ? null : markup`<caption>${caption}</caption>`}
<thead><tr>${columns.map(heading)}</tr></thead>
<tbody>
${rows.map((row) => line(markup`<tr>${row.map(cell)}</tr>`))}</tbody>
</table>`,
  );
}

/** A region of its own for what may be wider than the screen; the keyboard can reach and scroll it. */
export function scrollable(label: string, content: Html): Html {
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${content}</div>`;
}

export interface KeyNumber {
  readonly label: string;
  readonly value: string;
  /** A few words below the value: its interval, its unit. */
  readonly note?: string;
}

/** The numbers to be read first, large. */
export function keyNumbers(numbers: readonly KeyNumber[]): Html {
  const entry = ({ label, value, note = '' }: KeyNumber): Html =>
    markup`<div><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
  return markup`<dl class="key-numbers">
${numbers.map((number) => line(entry(number)))}</dl>`;
}

/** What the page is about: terms and their values. */
export function facts(pairs: readonly (readonly [term: string, value: Content])[]): Html {
  return markup`<dl class="facts">
${pairs.map(([term, value]) => line(markup`<div><dt>${term}</dt><dd>${value}</dd></div>`))}</dl>`;
}

/**
 * A chart with its caption.
 *
 * @param description - What the chart shows, in words, for those who cannot see it.
 */
export function figure({
  caption,
  svg,
  description,
}: {
  readonly caption: Content;
  readonly svg: Html;
  readonly description: string;
}): Html {
  return markup`<figure>
<div role="img" aria-label="${description}">${svg}</div>
<figcaption>${caption}</figcaption>
</figure>`;
}

/** Figures side by side where there is room, below each other where there is not. */
export function figures(parts: readonly Html[]): Html {
  return markup`<div class="figures">
${parts.map(line)}</div>`;
}

export function paragraph(text: Content): Html {
  return markup`<p>${text}</p>`;
}

export function list(items: readonly Content[]): Html {
  return markup`<ul>
${items.map((item) => line(markup`<li>${item}</li>`))}</ul>`;
}

/** A state in words with a mark beside it, so that colour is never the only carrier. */
export function verdict(isPassed: boolean, text: string): Html {
  return isPassed
    ? markup`<span class="pass">✓ ${text}</span>`
    : markup`<span class="fail">✗ ${text}</span>`;
}

/** A state that is neither good nor bad, but to be known. */
export function caution(text: Content): Html {
  return markup`<span class="caution">!</span> ${text}`;
}

/** Text to copy, in the letters of a program; long lines scroll. */
export function code(label: string, text: string): Html {
  return markup`<pre class="scroll" role="region" tabindex="0" aria-label="${label}"><code>${text}</code></pre>`;
}

/** A share in [0, 1] as a bar behind its text, within a table cell. */
export function bar(share: number, text: string): Html {
  return markup`<span class="bar" style="--share:${share.toFixed(4)}">${text}</span>`;
}
