import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BunPlugin } from 'bun';
import { bundledSentences, FOLDER_WORDS } from '../../operations/bundled_words.ts';
import { iconStyles } from '../../operations/words.ts';

const ROOT = join(import.meta.dir, '..', '..', '..');
const PUBLIC = join(ROOT, 'public');
const STYLES = join(PUBLIC, 'css');

/** A style, script or picture, uncompressed. */
export interface AssetSource {
  name: string;
  type: string;
  text: string;
  /** The files it was built from. */
  inputs: string[];
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** Reads and bundles all assets; there is no separate build. */
export function readAssets(): Promise<AssetSource[]> {
  return Promise.all([
    commonStyles(),
    stylesOf('pages'),
    stylesOf('job'),
    stylesOf('start'),
    stylesOf('posts', ['pages/filter.css']),
    stylesOf('schedules'),
    bundled('find.js', 'src/browser/find.ts', 'iife'),
    bundled('job.js', 'src/browser/job.ts', 'iife'),
    bundled('schedules.js', 'src/browser/schedules.ts', 'iife'),
    bundled('app.js', 'src/browser/app.ts', 'iife'),
    bundled('stream_worker.js', 'src/browser/stream_worker.ts', 'iife'),
    bundled('client.js', 'src/client/index.ts', 'esm'),
    packaged('htmx.js', 'htmx.org/dist/htmx.min.js'),
    packaged('morph.js', 'idiomorph/dist/idiomorph-ext.min.js'),
    packaged('sse.js', 'htmx-ext-sse/dist/sse.min.js'),
    ...['favicon.svg', 'favicon-running.svg', 'favicon-failed.svg'].map(picture),
  ]);
}

/** Every page's styles: tokens and base first, because the others depend on them. */
function commonStyles(): Promise<AssetSource> {
  const first = ['tokens.css', 'base.css'];
  const others = cssIn(STYLES).filter((name) => !first.includes(name));
  return joined('app.css', STYLES, [...first, ...others], iconStyles());
}

/** The styles in a folder, and in `more` files, for the pages that need them. */
function stylesOf(folder: string, more: string[] = []): Promise<AssetSource> {
  const own = cssIn(join(STYLES, folder)).map((name) => join(folder, name));
  return joined(`${folder}.css`, STYLES, [...more, ...own]);
}

function cssIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .sort();
}

async function joined(
  name: string,
  folder: string,
  files: string[],
  ...more: string[]
): Promise<AssetSource> {
  const inputs = files.map((file) => join(folder, file));
  const texts = await Promise.all(inputs.map((path) => Bun.file(path).text()));
  const text = [...texts, ...more].join('\n').replace(COMMENT, '').replace(INDENTATION, '\n');
  return { name, type: 'text/css; charset=utf-8', text, inputs };
}

/** Removing comments saves a sixth of the transfer. */
const COMMENT = /\/\*.*?\*\//gs;
const INDENTATION = /\n\s+/g;

/** Bun writes each file's path above its content, which would reveal the program's folder. */
const SOURCE_NAME = /^\/\/ .*\.ts\n/gm;

/** ES modules, which developers import, are not minified. */
async function bundled(name: string, entry: string, format: 'iife' | 'esm'): Promise<AssetSource> {
  const built = await Bun.build({
    entrypoints: [join(ROOT, entry)],
    target: 'browser',
    format,
    minify: format === 'iife',
    plugins: [sentencesOfTypes],
  });
  const [output] = built.outputs;
  if (!output) throw new Error(`${name} could not be bundled: ${built.logs.join('; ')}`);
  // All inputs are sources of the program itself.
  return { name, type: SCRIPT, text: (await output.text()).replace(SOURCE_NAME, ''), inputs: [] };
}

/** A browser cannot read folders. */
const sentencesOfTypes: BunPlugin = {
  name: 'sentences of the job types',
  setup(build) {
    build.onLoad({ filter: /folder_words\.ts$/ }, ({ path }) =>
      path === FOLDER_WORDS ? { contents: bundledSentences(), loader: 'ts' } : undefined,
    );
  },
};

async function packaged(name: string, path: string): Promise<AssetSource> {
  const file = Bun.resolveSync(path, import.meta.dir);
  return { name, type: SCRIPT, text: await Bun.file(file).text(), inputs: [file] };
}

async function picture(name: string): Promise<AssetSource> {
  const file = join(PUBLIC, name);
  return { name, type: 'image/svg+xml', text: await Bun.file(file).text(), inputs: [file] };
}
