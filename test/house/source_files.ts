import { join } from 'node:path';
import { Glob } from 'bun';
import ts from 'typescript';

export const ROOT = join(import.meta.dir, '../..');

/** Paths from the root, in alphabetical order. */
export function filesMatching(...patterns: string[]): string[] {
  const found = patterns.flatMap((pattern) => [...new Glob(pattern).scanSync({ cwd: ROOT })]);
  return [...new Set(found)].sort();
}

export function readText(path: string): Promise<string> {
  return Bun.file(join(ROOT, path)).text();
}

export async function parse(path: string): Promise<ts.SourceFile> {
  const kind = path.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return ts.createSourceFile(path, await readText(path), ts.ScriptTarget.Latest, true, kind);
}

/** Calls `visit` for a node and all nodes inside it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}
