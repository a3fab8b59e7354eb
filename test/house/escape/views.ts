import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { IS_LONG } from '../../support/length.ts';
import { ROOT } from '../source_files.ts';
import { createMarkers, type Origin } from './marker.ts';
import { type Choose, hasMarkup, type Making, makeValue, markupOf } from './values.ts';

/** A function that a file of views exports and that returns markup, or an object with markup in it. */
export interface View {
  name: string;
  path: string;
  /** Its markup for arguments in which every text comes from `text`. */
  render(choose: Choose, text: (path: string) => string): Promise<string>;
}

/** What a job's type may be is put together by several files, also by some that no view imports. */
const AUGMENTS = /^\s*declare (module|global)/m;

/** Every view of these files, with arguments that are made from the types of its parameters. */
export function findViews(paths: string[]): View[] {
  const { options, fileNames } = projectConfig();
  const augmenting = fileNames.filter((name) => AUGMENTS.test(readFileSync(name, 'utf8')));
  const program = ts.createProgram([...augmenting, ...paths.map(absolute)], options);
  const checker = program.getTypeChecker();
  return paths.flatMap((path) => {
    const file = program.getSourceFile(absolute(path));
    const module = file && checker.getSymbolAtLocation(file);
    const exported = module ? checker.getExportsOfModule(module) : [];
    return exported.flatMap((symbol) => viewOf(symbol, path, checker) ?? []);
  });
}

const absolute = (path: string) => join(ROOT, path);

function projectConfig(): ts.ParsedCommandLine {
  const { config } = ts.readConfigFile(absolute('tsconfig.json'), ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
}

function viewOf(symbol: ts.Symbol, path: string, checker: ts.TypeChecker): View | undefined {
  const [call] = checker.getTypeOfSymbol(symbol).getCallSignatures();
  if (!call || !returnsMarkup(symbol, call, checker)) return undefined;
  return {
    name: symbol.name,
    path,
    async render(choose, text) {
      const making: Making = { checker, choose, text };
      const values = call.parameters.map((parameter) =>
        makeValue(checker.getTypeOfSymbol(parameter), nameOf(parameter), making),
      );
      const module = await import(absolute(path));
      const returned = await module[symbol.name](...values);
      return typeof returned === 'object'
        ? markupOf(returned, call.getReturnType(), making)
        : String(returned);
    },
  };
}

/** A component whose type was inferred from a call of `escapeHtml` returns a plain string. */
function returnsMarkup(symbol: ts.Symbol, call: ts.Signature, checker: ts.TypeChecker): boolean {
  const returned = call.getReturnType();
  const isText = (returned.flags & ts.TypeFlags.StringLike) !== 0;
  return hasMarkup(returned, checker) || (isText && /^[A-Z]/.test(symbol.name));
}

/** A parameter that is taken apart at once has no name of its own. */
function nameOf(parameter: ts.Symbol): string {
  return parameter.name.startsWith('__') ? 'props' : parameter.name;
}

export interface Findings {
  /** What came out as markup or altered: one sentence each, in alphabetical order. */
  holes: string[];
  /** Whether any text was among its arguments. */
  hasTexts: boolean;
  /** The paths of the texts that it showed at least once. */
  shown: Set<string>;
  /** The paths of this server in its attributes: `/jobs?status=failed`. */
  localUrls: Set<string>;
}

/** An attribute with a path of this server; markers contain none. `aria-keyshortcuts` names a key. */
const LOCAL_URL = /(?<!aria-keyshortcuts)="(\/[^"]*)"/g;

/** Renders a view in many ways and collects what it finds. */
export async function examine(
  view: View,
  originOf: (path: string) => Origin = () => 'data',
): Promise<Findings> {
  const markers = createMarkers(originOf);
  const findings: Findings = {
    holes: [],
    hasTexts: false,
    shown: new Set(),
    localUrls: new Set(),
  };
  const rendered = new Set<string>();
  for await (const markup of renderings(view, (path) => {
    findings.hasTexts = true;
    return markers.at(path);
  })) {
    if (rendered.has(markup)) continue;
    rendered.add(markup);
    findings.holes.push(...markers.holesIn(markup));
    for (const [, url = ''] of markup.matchAll(LOCAL_URL)) findings.localUrls.add(url);
    findings.shown = findings.shown.union(markers.pathsIn(markup));
  }
  findings.holes = [...new Set(findings.holes)].sort();
  return findings;
}

/** So many renderings mix choices; the others differ from the fullest in one choice. */
const MIXED = IS_LONG ? 40 : 10;

async function* renderings(view: View, text: (path: string) => string): AsyncGenerator<string> {
  const counts = new Map<string, number>();
  yield await view.render((path, count) => {
    counts.set(path, count);
    return 0;
  }, text);
  for (const [changed, count] of counts) {
    for (let index = 1; index < count; index++) {
      yield await view.render((path) => (path === changed ? index : 0), text);
    }
  }
  for (let seed = 1; seed <= MIXED; seed++) {
    yield await view.render((path, count) => pick(path, seed, count), text);
  }
}

/** The same for the same path and seed. */
function pick(path: string, seed: number, count: number): number {
  return Number(Bun.hash.wyhash(path, BigInt(seed)) % BigInt(count));
}
