/** Source files that a module imports, directly or not, as DVC deps need them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

// `from './x.ts'`, `import './x.ts'`, `import('./x.ts')` and `new URL('./worker.ts', import.meta.url)`
const REFERENCE = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)['"](\.{1,2}\/[^'"]+\.ts)['"]/g;

const compilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

/** Of a native part that set-up compiles. */
export const isNative = (path: string): boolean => /\.(cc|h)$/.test(path);

/**
 * @param entry - Path of the module, relative to the working directory.
 * @returns `entry` and all that it imports, sorted; types alone are no imports, since Node erases them. Of a
 *   module that calls what is compiled of the folder of its name (kernel.ts, kernel/*.cc), those sources too.
 */
export function listImports(entry: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    for (const source of listNative(file.replace(/\.ts$/, ''))) found.add(source);
    for (const reference of findReferences(readFileSync(file, 'utf8'))) {
      const imported = join(dirname(file), reference);
      if (existsSync(imported)) visit(imported);
    }
  };
  visit(entry);
  return [...found].sort();
}

/** By source text: most files are imported by many stages, and to strip their types takes its time. */
const references = new Map<string, readonly string[]>();

function findReferences(source: string): readonly string[] {
  const known = references.get(source);
  if (known !== undefined) return known;
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  const found = Array.from(outputText.matchAll(REFERENCE), ([, reference]) => reference);
  references.set(source, found);
  return found;
}

function listNative(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(isNative)
    .map((name) => join(folder, name));
}
