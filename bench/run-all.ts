/** `npm run bench`: runs every benchmark alone, one after the other, and writes bench/README.md. */
import { spawnSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const HEAD = `# Benchmarks

<!-- written by \`npm run bench\` -->

Each file times one operation against a named peer, in turn, in one run; ratios are peer / ours, so above 1 we are faster, unless
the heading says otherwise. Peers are Python programs in \`bench/peers/\`; they need pandas, scikit-learn, PyTorch, MLflow, Plotly, Flask and
gunicorn in a Python that \`PEERS_PYTHON\` names (or in \`.venv-bench\`). With \`--json\` a benchmark prints one document, with \`--check\` it fails when its
promise does not hold.
`;

const sections = globSync('bench/*.bench.ts')
  .toSorted()
  .map((file) => {
    process.stderr.write(`${file}\n`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${file} failed:\n${stderr}`);
    return `\n## ${basename(file, '.bench.ts')}\n\n\`\`\`\n${stdout.trim()}\n\`\`\`\n`;
  });
writeFileSync('bench/README.md', HEAD + sections.join(''));
