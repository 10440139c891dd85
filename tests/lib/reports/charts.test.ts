import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderChart, SERIES_COLOURS, type ChartSpec } from '../../../lib/reports/charts.ts';
import { STYLESHEET } from '../../../lib/reports/stylesheet.ts';

const test = suite('lib/reports/charts');

const bars = (names: readonly string[]): ChartSpec => ({
  data: { values: names.map((name, index) => ({ name, rows: index + 1 })) },
  mark: { type: 'bar', color: 'var(--accent)' },
  encoding: {
    x: { field: 'rows', type: 'quantitative' },
    y: { field: 'name', type: 'nominal', axis: { labelLimit: 0 } },
    description: { field: 'name' },
  },
});

const MODULE = new URL('../../../lib/reports/charts.ts', import.meta.url).href;

test('gives the same bytes for the same chart, in this run and in another', async () => {
  const spec = bars(['a', 'b']);
  const first = String(await renderChart(spec));
  await renderChart(bars(['c']));
  assert.is(String(await renderChart(spec)), first);
  const script = `import { renderChart } from '${MODULE}';
    process.stdout.write(String(await renderChart(${JSON.stringify(spec)})));`;
  const other = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.is(other.stdout, first);
});

test('shows the description of each mark as a tooltip, and passes variables of the stylesheet on', async () => {
  const svg = String(await renderChart(bars(['Aspen', 'Spruce'])));
  assert.match(svg, /<path d="[^"]*" fill="var\(--accent\)"><title>Aspen<\/title><\/path>/);
  assert.equal(svg.match(/<title>/g)?.length, 2);
});

test('holds nothing that only a running Vega needs', async () => {
  const svg = String(await renderChart(bars(['Aspen'])));
  assert.not.match(svg, / (class|id|role|aria-\w+|pointer-events|xmlns:xlink)="/);
  assert.not.match(svg, /\d\.\d{3}/);
  assert.not.match(svg, /<script|<style|href=/);
});

test('keeps every chart at one size, whatever its labels', async () => {
  const sizes = [['a'], ['a name that is rather long']].map(async (names) =>
    /viewBox="([^"]*)"/.exec(String(await renderChart(bars(names))))?.at(1),
  );
  assert.equal(await Promise.all(sizes), ['0 0 380 270', '0 0 380 270']);
});

test('leaves room for labels close to what they need', async () => {
  const labelled = String(await renderChart(bars(['Cottonwood/Willow'])));
  const left = Number(/ transform="translate\((\d+),/.exec(labelled)?.at(1));
  // 17 letters of 12 pixels take about 100 pixels in common sans-serif faces; ticks and title take 35
  assert.ok(left > 125 && left < 165, `${left} pixels to the left of the plot`);
});

test('never takes a text for markup, nor touches it', async () => {
  const names = ['<script>alert(1)</script>', '0.123456 id="x"', '" onload="x', "&amp;'"];
  const svg = String(await renderChart(bars(names)));
  const tags = new Set(svg.match(/<[a-z]+/g));
  assert.equal([...tags].sort(), ['<g', '<line', '<path', '<svg', '<text', '<title']);
  assert.match(svg, />0\.123456 id="x"<\/text>/);
  assert.match(svg, '<title>&quot; onload=&quot;x</title>');
});

test('refuses a drawing that needs ids, which charts of one page would share', async () => {
  const spec = { ...bars(['a']), mark: { type: 'bar', clip: true } } as ChartSpec;
  try {
    await renderChart(spec);
    assert.unreachable('a clipped chart was drawn');
  } catch (error) {
    assert.is(
      (error as Error).message,
      'a chart must need no ids; got one with clipping or a gradient',
    );
  }
});

test('has series colours with a contrast of 3 to both grounds', () => {
  const luminance = (colour: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const grounds = [...STYLESHEET.matchAll(/--ground: (#\w{6})/g)].map(([, colour]) =>
    luminance(colour),
  );
  assert.is(grounds.length, 2);
  for (const colour of SERIES_COLOURS) {
    for (const ground of grounds) {
      const [dark, light] = [luminance(colour), ground].sort((a, b) => a - b);
      assert.ok((light + 0.05) / (dark + 0.05) >= 3, colour);
    }
  }
});

test.run();
