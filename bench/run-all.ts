/** `npm run bench [-- NAME...]`: runs each benchmark alone, or the named ones, and writes its section of bench/README.md. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const PAGE = 'bench/README.md';
const HEAD = `# Benchmarks

<!-- written by \`npm run bench\` -->

Each file times one operation against a named peer, in turn, in one run; ratios are peer / ours, so above 1 we are faster, unless
the heading says otherwise. Peers are Python programs in \`bench/peers/\`; they need pandas, scikit-learn, PyTorch, MLflow, Plotly, Flask and
gunicorn in a Python that \`PEERS_PYTHON\` names (or in \`.venv-bench\`). With \`--json\` a benchmark prints one document, with \`--check\` it fails when its
promise does not hold.
`;

/** A section of the page, by the name of its benchmark. */
function readSections(page: string): Map<string, string> {
  const sections = page.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [/^## (.*)$/m.exec(section)![1]!, section.trim()]));
}

function run(name: string): string {
  process.stderr.write(`${name}\n`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [`bench/${name}.bench.ts`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} failed:\n${stderr}`);
  return `## ${name}\n\n\`\`\`\n${stdout.trim()}\n\`\`\``;
}

const all = globSync('bench/*.bench.ts').map((file) => basename(file, '.bench.ts'));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : all;
const kept = readSections(readFileSync(PAGE, 'utf8'));
for (const name of chosen) {
  kept.set(name, run(name));
  const sections = all.toSorted().flatMap((each) => kept.get(each) ?? []);
  writeFileSync(PAGE, `${HEAD}\n${sections.join('\n\n')}\n`);
}
