/**
 * The one stylesheet of the pages. Colours are variables, so that charts follow light and dark as well; each
 * text colour keeps a contrast of at least 4.5 to its ground in both.
 */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --surface: #f3f6f3; --line: #d3dad5; --text: #1a211d; --muted: #56625b;
  --accent: #20704a; --second: #a8500a; --third: #3a62a8; --pass: #20704a; --fail: #b3261e;
  --heat: #74c49a; --bar: #bfe0cd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #121614; --surface: #1b211e; --line: #37413b; --text: #e7ece9; --muted: #a3afa8;
    --accent: #67c596; --second: #eda25a; --third: #8fb2f2; --pass: #67c596; --fail: #ff8f85;
    --heat: #2b7250; --bar: #23533c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 72rem;
  background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.2rem; line-height: 1.3; }
header p { margin: .35rem 0 0; color: var(--muted); }
p, ul { max-width: 46rem; }
ul { padding-left: 1.25rem; }
p, ul, h1, h2, dt, dd, figcaption, caption { overflow-wrap: anywhere; }
dl, dd, figure { margin: 0; }
.key-numbers { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
.key-numbers div { padding: .7rem .9rem; background: var(--surface); border-radius: .5rem; }
.key-numbers dt { color: var(--muted); font-size: .875rem; }
.key-numbers dd { font-size: 1.55rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.key-numbers dd.note { color: var(--muted); font-size: .8125rem; font-weight: 400; }
.facts { display: grid; gap: .5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); }
.facts dt { color: var(--muted); font-size: .875rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: separate; border-spacing: 0; font-variant-numeric: tabular-nums; }
caption { max-width: min(46rem, calc(100vw - 2rem)); padding-bottom: .5rem; color: var(--muted); font-size: .875rem; text-align: left; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
thead th { color: var(--muted); font-size: .875rem; font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
.scroll th:first-child { position: sticky; left: 0; background: var(--ground); }
.number { text-align: right; }
td.number { white-space: nowrap; }
.figures { display: grid; gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 29rem)); }
.step text { visibility: hidden; fill: var(--text); font-size: 12px; }
.step:hover text { visibility: visible; }
.step path { fill: transparent; }
.step:hover path { fill: var(--text); fill-opacity: .12; }
figure svg { overflow: visible; display: block; width: 100%; height: auto; }
.kind { color: var(--muted); font-size: .8125rem; font-weight: 400; white-space: nowrap; }
.range { white-space: nowrap; }
.spark { display: block; }
figcaption { margin-top: .4rem; color: var(--muted); font-size: .875rem; }
pre { padding: .8rem 1rem; background: var(--surface); border-radius: .5rem; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
li:has(> .pass, > .fail, > .caution) { list-style: none; margin-left: -1.25rem; }
.pass { color: var(--pass); font-weight: 600; }
.fail { color: var(--fail); font-weight: 600; }
.caution { color: var(--second); font-weight: 700; }
.bar { display: block; min-width: 5.5rem; padding: 0 .35rem; border-radius: .2rem;
  background: linear-gradient(to right, var(--bar) calc(var(--share) * 100%), transparent 0); }
.heat td { min-width: 6.4rem; padding: .4rem .3rem; border: 1px solid var(--ground); text-align: center; line-height: 1.25;
  background: color-mix(in srgb, var(--heat) calc(var(--share) * 100%), var(--surface)); }
.heat td.none { --share: 0; color: var(--muted); }
.heat td small { display: block; font-size: .75rem; }
.heat thead th { font-size: .8125rem; text-align: center; }
.heat tbody th { font-size: .875rem; }
@media print { body { max-width: none; } section { break-inside: avoid; } }
`;
