import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressWell, ENCODINGS, type Encoding } from './compress.ts';
import { readAssets } from './sources.ts';

/** In the folder of a compiled program. */
export const ASSETS = 'assets';
const ASSETS_LIST = 'assets.json';

/** An asset's name, type and hash, known before its first use. */
export interface AssetHead {
  name: string;
  type: string;
  /** Hash of its content: 16 letters and digits. */
  hash: string;
}

export interface Asset extends AssetHead {
  /** Created or read on first use, and cached. */
  body(encoding?: Encoding): Promise<Uint8Array>;
}

/** @param compiled the folder of the compiled program, where they are bundled and compressed. */
export async function loadAssets(compiled?: string): Promise<Asset[]> {
  if (compiled) return storedAssets(compiled);
  return (await readAssets()).map(({ name, type, text }) => {
    const content = new TextEncoder().encode(text);
    return asset({ name, type, hash: hashOf(content) }, async (encoding) =>
      encoding ? compressWell(content, encoding) : content,
    );
  });
}

/** The name under which its content never changes: `app.css` → `app.1x2y3z.css`. */
export function hashedName({ name, hash }: AssetHead): string {
  return name.replace(/\.(?=[a-z]+$)/, `.${hash}.`);
}

/**
 * Bundles and compresses all of them.
 * @param write called with each file of the compiled program's folder.
 * @returns the files they were built from, except the program's own sources.
 */
export async function storeAssets(
  write: (name: string, content: string | Uint8Array) => void,
): Promise<string[]> {
  const heads: AssetHead[] = [];
  const sources = await readAssets();
  for (const { name, type, text } of sources) {
    const content = new TextEncoder().encode(text);
    heads.push({ name, type, hash: hashOf(content) });
    write(join(ASSETS, name), content);
    for (const encoding of ENCODINGS) {
      write(join(ASSETS, `${name}.${encoding}`), await compressWell(content, encoding));
    }
  }
  write(ASSETS_LIST, JSON.stringify(heads));
  return sources.flatMap(({ inputs }) => inputs);
}

function storedAssets(folder: string): Asset[] {
  const heads: AssetHead[] = JSON.parse(readFileSync(join(folder, ASSETS_LIST), 'utf8'));
  return heads.map((head) =>
    asset(head, (encoding) => {
      const file = encoding ? `${head.name}.${encoding}` : head.name;
      return Bun.file(join(folder, ASSETS, file)).bytes();
    }),
  );
}

function asset(head: AssetHead, make: (encoding?: Encoding) => Promise<Uint8Array>): Asset {
  const bodies = new Map<Encoding | undefined, Promise<Uint8Array>>();
  const body = (encoding?: Encoding) => {
    const kept = bodies.get(encoding);
    if (kept) return kept;
    const made = make(encoding);
    bodies.set(encoding, made);
    made.catch(() => bodies.delete(encoding));
    return made;
  };
  return { ...head, body };
}

function hashOf(content: Uint8Array): string {
  const hash = new Bun.CryptoHasher('sha256').update(content).digest();
  return BigInt(`0x${hash.toString('hex')}`)
    .toString(36)
    .slice(0, 16);
}
