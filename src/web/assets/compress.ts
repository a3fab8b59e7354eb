/** The supported encodings, best compression first. */
export const ENCODINGS = ['br', 'zstd', 'gzip'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** Maximum compression, for content that is compressed once; asynchronous. */
export async function compressWell(body: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  if (encoding === 'zstd') return Bun.zstdCompress(body as Uint8Array<ArrayBuffer>, { level: 19 });
  const [{ promisify }, { brotliCompress, gzip }] = await Promise.all([
    import('node:util'),
    import('node:zlib'),
  ]);
  if (encoding === 'br') return promisify(brotliCompress)(body);
  return promisify(gzip)(body, { level: 9 });
}
