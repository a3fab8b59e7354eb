import type { Encoding } from '../assets/compress.ts';
import { encodingFor } from './encoding.ts';

/** Smaller bodies fit into one packet anyway, in bytes. */
const LEAST_BYTES = 1_024;

/** Larger bodies would block the event loop and are compressed asynchronously, in bytes. */
const MAX_AT_ONCE_BYTES = 256 * 1_024;

/** For a page of 17 KB, zstd and gzip take 0.1 ms and brotli 0.15; each produces 4.9 KB. */
const ORDER: readonly Encoding[] = ['zstd', 'gzip', 'br'];
const ZSTD_LEVEL = 6;
const GZIP_LEVEL = 4;
const BROTLI_QUALITY = 4;

const TEXT = /^(?:text\/|application\/(?:[a-z.+-]*\+)?(?:json|x-ndjson|xml)\b)/;

/**
 * Compresses a response for clients that accept it; undefined if it stays unchanged. Streams are not
 * compressed: buffering would delay events. No page contains a secret next to text of the request
 * (sign-ins are in an HttpOnly cookie, and forms have no tokens), so its length reveals nothing.
 * @param otherHeaders further headers; those of the response take precedence.
 */
export function compressed(
  request: Request,
  response: Response,
  otherHeaders: Record<string, string> = {},
): Promise<Response> | undefined {
  // Checked first: accessing a body creates a stream.
  if (!request.headers.has('accept-encoding') || !mayCompress(response)) return undefined;
  const encoding = encodingFor(request, ORDER);
  return encoding && inForm(encoding, response, otherHeaders);
}

function mayCompress({ status, headers, body }: Response): boolean {
  if (status === 204 || status === 206 || status === 304 || !body) return false;
  if (headers.has('content-encoding') || headers.get('x-accel-buffering') === 'no') return false;
  if (/\bno-transform\b/i.test(headers.get('cache-control') ?? '')) return false;
  const type = headers.get('content-type') ?? '';
  return TEXT.test(type) && !type.startsWith('text/event-stream');
}

async function inForm(
  encoding: Encoding,
  response: Response,
  otherHeaders: Record<string, string>,
): Promise<Response> {
  const plain = await response.bytes();
  const { status } = response;
  const headers = new Headers(otherHeaders);
  response.headers.forEach((value, name) => {
    if (name !== 'set-cookie') headers.set(name, value);
  });
  for (const cookie of response.headers.getSetCookie()) headers.append('set-cookie', cookie);
  if (plain.length < LEAST_BYTES) return new Response(plain, { status, headers });
  headers.set('content-encoding', encoding);
  headers.delete('content-length');
  const body = await compress(plain, encoding);
  return new Response(body as BodyInit, { status, headers });
}

async function compress(plain: Uint8Array<ArrayBuffer>, encoding: Encoding): Promise<Uint8Array> {
  const atOnce = plain.length <= MAX_AT_ONCE_BYTES;
  if (encoding === 'zstd') {
    const options = { level: ZSTD_LEVEL };
    return atOnce ? Bun.zstdCompressSync(plain, options) : Bun.zstdCompress(plain, options);
  }
  if (encoding === 'gzip' && atOnce) return Bun.gzipSync(plain, { level: GZIP_LEVEL });
  const [{ promisify }, zlib] = await Promise.all([import('node:util'), import('node:zlib')]);
  if (encoding === 'gzip') return promisify(zlib.gzip)(plain, { level: GZIP_LEVEL });
  return promisify(zlib.brotliCompress)(plain, {
    params: { [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
  });
}
