import { dirname, join, resolve } from 'node:path';
import type { BunPlugin } from 'bun';
import { LATER, PROGRAM, ROOT } from './compiled.ts';
import { sourceOf } from './source_in_place.ts';

const ENTRY = join(ROOT, 'src/cli/program.ts');
const LATER_ENTRY = join(import.meta.dir, 'later.ts');

/** Imported when a server starts. Whatever else is imported at run time is left to the second script. */
const AT_START = /\/src\/(?:app\/server|platform\/config)\.ts$/;

/** Left in `node_modules`, where they are loaded when they are used. */
const EXTERNAL = [
  // It loads files that lie beside it.
  'onnxruntime-node',
  // Few processes use them.
  '@elysiajs/openapi',
  '@fastify/busboy',
  '@the-convocation/twitter-scraper',
  '@xdevplatform/xdk',
  'bullmq',
  'file-type',
  'html-entities',
  'ioredis',
  'pg',
  'tar-stream',
  'watr',
];

const OWN_SOURCE = new RegExp(`^${RegExp.escape(join(ROOT, '/'))}(?:src|views)/.*\\.tsx?$`);

export interface Bundle {
  files: { name: string; content: Uint8Array }[];
  /** The paths of all sources. */
  inputs: string[];
}

/**
 * Bundles the program into two scripts with their bytecode: what the server's first page needs, and
 * what is imported later. Every start reads and decodes all of the first one.
 *
 * Each module is in one of them. The second script takes the modules of the first from there, because
 * one that ran twice would have its state twice.
 * @throws when the sources cannot be compiled.
 */
export async function bundle(): Promise<Bundle> {
  const later: Later = new Map();
  const { inputs: atStart } = await build(ENTRY, firstScript([], later), { draft: true });
  const shared = new Set<string>();
  const second = await build(LATER_ENTRY, secondScript(atStart, later, shared));
  const first = await build(ENTRY, firstScript([...shared], later));
  const doubles = [...second.inputs.keys()].filter((path) => first.inputs.has(path));
  if (doubles.length > 0) throw new Error(`Both scripts would have ${doubles.join(', ')}`);
  return {
    files: [...named(first.outputs, PROGRAM), ...named(second.outputs, LATER)],
    inputs: [...first.inputs.keys(), ...second.inputs.keys()],
  };
}

/** Modules that are left to the second script, by path, and how they are loaded. */
type Later = Map<string, 'import' | 'require'>;

/** Path → whether it is a module, rather than a CommonJS script. */
type Inputs = Map<string, boolean>;

interface Built {
  inputs: Inputs;
  outputs: { path: string; content: Uint8Array }[];
}

async function build(entry: string, plugin: BunPlugin, { draft = false } = {}): Promise<Built> {
  const built = await Bun.build({
    entrypoints: [entry],
    target: 'bun',
    format: 'cjs',
    bytecode: !draft,
    minify: { whitespace: true, syntax: true },
    sourcemap: draft ? 'none' : 'linked',
    metafile: true,
    external: EXTERNAL,
    plugins: [plugin],
  });
  // Bun 1.4.4 omits the bytecode without an error when the program is not a valid script.
  if (!draft && !built.outputs.some(({ kind }) => kind === 'bytecode')) {
    throw new Error(`The program could not be compiled: ${built.logs.join('; ')}`);
  }
  const outputs = built.outputs.map(async (output) => ({
    path: output.path,
    content: new Uint8Array(await output.arrayBuffer()),
  }));
  const inputs = Object.entries(built.metafile?.inputs ?? {})
    .filter(([path]) => !path.startsWith(`${FIRST}:`))
    .map(([path, { format }]) => [resolve(path), format === 'esm'] as const);
  return { inputs: new Map(inputs), outputs: await Promise.all(outputs) };
}

/** `program.js`, `program.js.jsc` and `program.js.map`, whatever the entry's own name is. */
function named(outputs: Built['outputs'], name: string): Bundle['files'] {
  return outputs.map(({ path, content }) => ({
    name: name + (/\.js(\.[a-z]+)$/.exec(path)?.[1] ?? ''),
    content,
  }));
}

/**
 * @param shared modules that the second script takes from this one.
 * @param later receives the modules that are left to the second script.
 */
function firstScript(shared: string[], later: Later): BunPlugin {
  const parts = shared.map((path) => `${quoted(path)}: () => require(${quoted(path)}),`);
  return {
    name: 'first script',
    setup(build) {
      external(build, LATER);
      build.onLoad({ filter: OWN_SOURCE }, async ({ path }) => {
        const source = await sourceOf(path);
        const leave = (how: 'import' | 'require') => (whole: string, specifier: string) => {
          const target = Bun.resolveSync(specifier, dirname(path));
          if (AT_START.test(target) || isExternal(specifier)) return whole;
          // What is required somewhere can be awaited elsewhere, too.
          if (later.get(target) !== 'require') later.set(target, how);
          const load = `require('./${LATER}').LATER[${quoted(target)}]()`;
          return how === 'require' ? load : `Promise.resolve().then(() => ${load})`;
        };
        const contents = source.replace(REQUIRE, leave('require')).replace(IMPORT, leave('import'));
        const exported = path === ENTRY ? `\nexport const PARTS = {${parts.join('')}};` : '';
        return { contents: contents + exported, loader: loaderOf(path) };
      });
    },
  };
}

/** An import at run time, not that of a type. */
const IMPORT = /(?<!typeof )\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** One of a file of the program that cannot be awaited. */
const REQUIRE = /\brequire\(\s*['"](\.[^'"]+)['"]\s*\)/g;

/** The namespace of modules that are taken from the first script. */
const FIRST = 'first';

/**
 * @param atStart the modules of the first script.
 * @param later the modules that it imports from this one.
 * @param shared receives the modules that this one takes from the first.
 */
function secondScript(atStart: Inputs, later: Later, shared: Set<string>): BunPlugin {
  const loaded = [...later].map(([path, how]) => `${quoted(path)}: () => ${how}(${quoted(path)}),`);
  return {
    name: 'second script',
    setup(build) {
      external(build, PROGRAM);
      build.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        if (isExternal(path) || importer === '') return undefined;
        const target = Bun.resolveSync(path, dirname(importer));
        if (!atStart.has(target)) return undefined;
        shared.add(target);
        return { path: target, namespace: FIRST };
      });
      build.onLoad({ filter: /.*/, namespace: FIRST }, ({ path }) => ({
        contents: `module.exports = require('./${PROGRAM}').PARTS[${quoted(path)}]();`,
        loader: 'js',
      }));
      build.onLoad({ filter: OWN_SOURCE }, async ({ path }) => {
        const contents =
          path === LATER_ENTRY
            ? `export const LATER = {${loaded.join('')}};`
            : await sourceOf(path);
        refuseDefaults(contents, path, atStart);
        return { contents, loader: loaderOf(path) };
      });
    },
  };
}

/**
 * Bun 1.4.4 takes all that a script exports for the default export of a module.
 * @throws when the source imports the default export of a module of the first script.
 */
function refuseDefaults(source: string, path: string, atStart: Inputs): void {
  for (const [whole, specifier = ''] of source.matchAll(DEFAULT_IMPORT)) {
    if (isExternal(specifier) || !atStart.get(Bun.resolveSync(specifier, dirname(path)))) continue;
    throw new Error(`${path} cannot be compiled because of ${whole}: use a named export there.`);
  }
}

const DEFAULT_IMPORT = /^import (?!type\b)[\w$]+(?:, *\{[^}]*\})? from ['"]([^'"]+)['"]/gm;

/** The other script, which lies beside this one. */
function external(build: Bun.PluginBuilder, script: string): void {
  const filter = new RegExp(`^\\./${RegExp.escape(script)}$`);
  build.onResolve({ filter }, ({ path }) => ({ path, external: true }));
}

/** Neither a file of the program nor a package that is bundled. */
function isExternal(specifier: string): boolean {
  if (/^(?:node|bun):|^bun$/.test(specifier)) return true;
  return EXTERNAL.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

const loaderOf = (path: string) => (path.endsWith('x') ? 'tsx' : 'ts');
const quoted = (path: string) => JSON.stringify(path);
