/**
 * Charts: a Vega-Lite specification in, a static SVG out. No browser, no canvas, no script in the page; the
 * same specification gives the same bytes, in every run.
 *
 * Colours may be the variables of the stylesheet (`var(--accent)`), so that a chart follows light and dark
 * with its page. Charts are drawn narrow and set side by side, so that their text stays readable on a
 * telephone.
 */
import type { Config, TopLevelSpec } from 'vega-lite';
import { trusted, type Html } from './html.ts';

export type ChartSpec = TopLevelSpec;

/** Ten colours to tell groups apart; each has a contrast of 3 to the ground in light and in dark. */
export const SERIES_COLOURS = [
  '#3b7fc4',
  '#d1622b',
  '#2f8f5b',
  '#b4527f',
  '#8a72d1',
  '#96792a',
  '#2c8c99',
  '#b0604f',
  '#6b8a2e',
  '#85798c',
] as const;

/** Size of a chart with its axes and legend, in pixels; about the width of a telephone. */
const CHART_SIZE = { width: 380, height: 270 };

const CONFIG: Config = {
  background: 'transparent',
  font: 'inherit',
  padding: 2,
  autosize: { type: 'fit', contains: 'padding' },
  axis: {
    domainColor: 'var(--line)',
    gridColor: 'var(--line)',
    tickColor: 'var(--line)',
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
    labelFlush: false,
  },
  legend: {
    labelColor: 'var(--muted)',
    titleColor: 'var(--muted)',
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    orient: 'top',
  },
  view: { stroke: null },
  text: { fill: 'var(--text)', fontSize: 12 },
  range: { category: [...SERIES_COLOURS] },
};

/**
 * Draws one chart. A mark with a `description` channel shows it as a tooltip, one with the fill
 * {@link HOVER_BAND} above the plot.
 *
 * @param spec - Vega-Lite, one view or layers of one. Its `width`, `height` and `config` win over those of
 *   the pages.
 * @throws Error if the drawing needs ids (gradients, clipping), which charts of one page would share.
 */
export async function renderChart(spec: ChartSpec): Promise<Html> {
  const { compile, parse, View } = await loadVega();
  const { spec: vegaSpec } = compile({ ...CHART_SIZE, ...spec } as ChartSpec, { config: CONFIG });
  const view = new View(parse(vegaSpec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return trusted(simplify(svg));
}

/** Vega takes half a second to load, so that it is loaded when a chart is drawn. */
async function loadVega() {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  // Without a canvas Vega takes every letter for 0.8 of the font's size, which leaves wide gaps.
  const { textMetrics } = vega as unknown as {
    textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
  };
  textMetrics.width = ({ fontSize = 11 }, text) => fontSize * textWidth(String(text ?? ''));
  return { compile, parse: vega.parse, View: vega.View };
}

/** Width of a text in a sans-serif face, in units of its font size; a few per cent wide, never narrow. */
function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/[ijlI.,:;'|!()[\]ft/ ]/.test(letter)) width += 0.33;
    else if (/[mwMW@%<>=+]/.test(letter)) width += 0.9;
    else if (/[A-Z]/.test(letter)) width += 0.7;
    else width += letter <= '\u02ff' ? 0.57 : 1;
  }
  return width;
}

/** Fill of marks that show their description as long as the pointer is on them, at the top of the plot. */
export const HOVER_BAND = 'var(--hover)';

/** Marks whose shape is one value; a line or an area has no single description. */
const TOOLTIP_MARKS = /aria-roledescription="(?:bar|circle|point|rect mark|square)"/;
const LABEL = /aria-label="([^"]*)"/;
const ATTRIBUTES_OF_VEGA =
  / (?:class|role|aria-[a-z]+|pointer-events|version|xmlns:xlink)="[^"]*"/g;

/**
 * Takes out what only Vega's own runtime reads, rounds coordinates, and makes descriptions tooltips. Only
 * tags are touched: texts are the user's.
 */
function simplify(svg: string): string {
  return svg.replace(/<[^>]*>/g, (tag) => {
    if (/ id="/.test(tag)) {
      throw new Error('a chart must need no ids; got one with clipping or a gradient');
    }
    const isInvisible = / d="M0,0h0v0h0Z"| display="none"/.test(tag);
    if (isInvisible && tag.startsWith('<path') && tag.endsWith('/>')) return '';
    const label = TOOLTIP_MARKS.test(tag) ? LABEL.exec(tag) : null;
    const plain = tag
      .replace(ATTRIBUTES_OF_VEGA, '')
      .replace(/\d+\.\d{3,}/g, (digits) => String(Math.round(Number(digits) * 100) / 100));
    if (label === null) return plain;
    return plain.includes(`fill="${HOVER_BAND}"`)
      ? `<g class="step">${plain}<text x="-40" y="-8">${label[1]}</text></g>`
      : `${plain.slice(0, -2)}><title>${label[1]}</title></path>`;
  });
}
