import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { parse, walk } from './source_files.ts';

/** A file → the files of the repository it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Counts `import type`, `export … from`, `import('…')` and types written as `import('…').T` too. */
export async function importGraph(paths: string[]): Promise<ImportGraph> {
  const graph = new Map<string, Set<string>>();
  for (const path of paths) graph.set(path, importsOf(await parse(path)));
  return graph;
}

function importsOf(file: ts.SourceFile): Set<string> {
  const imports = new Set<string>();
  walk(file, (node) => {
    const name = moduleName(node);
    if (name?.startsWith('.')) imports.add(normalize(join(dirname(file.fileName), name)));
  });
  return imports;
}

function moduleName(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return textOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
  }
  const isDynamic =
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isDynamic ? textOf(node.arguments[0]) : undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** One circle for each group of files that import each other, as a path that ends where it began. */
export function circlesIn(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const start of graph.keys()) {
    if (seen.has(start)) continue;
    const circle = shortestWayBack(graph, start);
    if (circle.length === 0) continue;
    circles.push(circle);
    for (const file of reachableFrom(graph, start)) {
      if (reachableFrom(graph, file).has(start)) seen.add(file);
    }
  }
  return circles;
}

function reachableFrom(graph: ImportGraph, start: string): Set<string> {
  const found = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const next of graph.get(file) ?? []) {
      if (!found.has(next)) open.push(next);
      found.add(next);
    }
  }
  return found;
}

/** Breadth first, so that no shorter circle goes through `start`. Empty when there is none. */
function shortestWayBack(graph: ImportGraph, start: string): string[] {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (let file = open.shift(); file !== undefined; file = open.shift()) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...wayTo(cameFrom, file), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      open.push(next);
    }
  }
  return [];
}

function wayTo(cameFrom: ReadonlyMap<string, string>, file: string): string[] {
  const before = cameFrom.get(file);
  return before === undefined ? [file] : [...wayTo(cameFrom, before), file];
}
