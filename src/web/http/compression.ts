import type { Encoding } from '../assets/compress.ts';
import { encodingFor } from './encoding.ts';

/** Less than this fits into one packet anyhow, in bytes. */
const LEAST_BYTES = 1_024;

/** More than this would hold everybody else up, in bytes; it is compressed beside the event loop. */
const MAX_AT_ONCE_BYTES = 256 * 1_024;

/** Of a page of 20 KB: zstd takes 0.1 ms, gzip 0.4 and brotli 0.5, and all make 4 KB of it. */
const ORDER: readonly Encoding[] = ['zstd', 'gzip', 'br'];
const ZSTD_LEVEL = 3;
const GZIP_LEVEL = 4;
const BROTLI_QUALITY = 4;

const TEXT = /^(?:text\/|application\/(?:[a-z.+-]*\+)?(?:json|x-ndjson|xml)\b)/;

/**
 * Compresses what is worth it, for clients that accept it; undefined when it stays as it is.
 * Streams are left alone: what is held back until there is enough of it comes too late. No page
 * holds a secret beside what its reader sent (sign-ins are in a cookie that scripts cannot read, and
 * there are no tokens in forms), so the length reveals nothing.
 * @param otherHeaders what else it is to carry, which its own headers come before.
 */
export function compressed(
  request: Request,
  response: Response,
  otherHeaders: Record<string, string> = {},
): Promise<Response> | undefined {
  // First: to look at a body makes a stream of it.
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
