/** What bodies may be compressed with, the smallest first. */
export const ENCODINGS = ['br', 'zstd', 'gzip'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** As small as it gets, for what is compressed once; beside the event loop. */
export async function compressWell(body: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (encoding === 'zstd') return Bun.zstdCompress(body as Uint8Array<ArrayBuffer>, { level: 19 });
  const [{ promisify }, { brotliCompress, gzip }] = await Promise.all([
    import('node:util'),
    import('node:zlib'),
  ]);
  if (encoding === 'br') return promisify(brotliCompress)(body);
  return promisify(gzip)(body, { level: 9 });
}
