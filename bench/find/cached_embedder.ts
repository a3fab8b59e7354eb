import { deserialize, serialize } from 'bun:jsc';
import { Database } from 'bun:sqlite';
import type { Embedder } from '../../src/embedding/index.ts';

/**
 * An embedder that keeps what `embed` made of each text in a file, by a hash of the model and the text.
 * @param version changes when the same text gives another vector, for example because parts differ.
 */
export function withCache(embedder: Embedder, file: string, version: string): Embedder {
  const cache = new Database(file, { create: true });
  cache.run('CREATE TABLE IF NOT EXISTS made (hash TEXT PRIMARY KEY, vector BLOB) STRICT');
  const read = cache.query<{ vector: Uint8Array }, [string]>(
    'SELECT vector FROM made WHERE hash = ?',
  );
  const write = cache.query('INSERT OR REPLACE INTO made VALUES (?, ?)');
  const hashOf = (text: string) =>
    new Bun.CryptoHasher('sha256').update(`${version}\n${embedder.model}\n${text}`).digest('hex');

  const embed: Embedder['embed'] = async (texts, options) => {
    const known = texts.map((text) => read.get(hashOf(text))?.vector);
    const unknown = texts.filter((_, index) => !known[index]);
    const made = unknown.length > 0 ? await embedder.embed(unknown, options) : [];
    cache.transaction(() => {
      for (const [index, text] of unknown.entries())
        write.run(hashOf(text), new Uint8Array(serialize(made[index])));
    })();
    let next = 0;
    return known.map((bytes) => (bytes ? deserialize(bytes) : made[next++]));
  };

  return new Proxy(embedder, {
    get(target, name) {
      if (name === 'embed') return embed;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
