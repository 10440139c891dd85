/** Source files that a module imports, directly or not, as DVC deps need them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

// `from './x.ts'`, `import './x.ts'`, `import('./x.ts')` and `new URL('./worker.ts', import.meta.url)`
const REFERENCE = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)['"](\.{1,2}\/[^'"]+\.ts)['"]/g;

const compilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

/**
 * @param entry - Path of the module, relative to the working directory.
 * @returns `entry` and all that it imports, sorted; types alone are no imports, since Node erases them.
 */
export function listImports(entry: string): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions });
    for (const [, reference] of outputText.matchAll(REFERENCE)) {
      const imported = join(dirname(file), reference);
      if (existsSync(imported)) visit(imported);
    }
  };
  visit(entry);
  return [...found].sort();
}
