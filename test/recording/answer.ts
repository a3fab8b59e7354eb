import { type Case, type Format, requestOf } from './case.ts';
import { normalised, readableEvents, readableHtml, readableJson } from './normalise.ts';
import type { RecordedApp } from './world.ts';

/** Headers that follow from the body or from the time. */
const UNRECORDED = new Set(['content-length', 'date', 'transfer-encoding']);

/** Maximum wait for a first event, in ms. */
const FIRST_EVENT_MS = 20_000;

/** The headers of every answer and the head of every page, which are recorded once. */
export interface Usual {
  headers: Record<string, string>;
  pageHead: string;
}

/** Takes both from the answer to `GET /`. */
export async function usualOf({ request }: RecordedApp): Promise<Usual> {
  const response = await request('/', { headers: { accept: 'text/html' } });
  const { 'content-type': _, ...headers } = Object.fromEntries(response.headers.entries());
  return { headers, pageHead: headOf(normalised(await response.text(), new Map())) };
}

/** Sends the request of a case in one format and returns the answer as readable lines. */
export async function answerTo(
  web: RecordedApp,
  given: Case,
  format: Format,
  usual: Usual,
): Promise<string> {
  const { path, init } = requestOf(given, format, web.fill);
  const leaving = new AbortController();
  const response = await web.request(path, { ...init, signal: leaving.signal });
  const body = await bodyOf(response, given);
  const lines = [
    `${response.status} ${response.headers.get('content-type') ?? ''}`.trim(),
    ...headerLines(response, usual),
    ...(body === '' ? [] : ['', readable(body, response, given, usual)]),
  ];
  // Cancelling the body does not end a stream that waits for its next event.
  leaving.abort();
  return normalised(lines.join('\n'), web.names);
}

/** The body of an answer, as far as it is recorded. */
export async function bodyOf(response: Response, { records }: Case): Promise<string> {
  const encoding = response.headers.get('content-encoding');
  if (records === 'first event') return firstEvent(response);
  if (records === 'head') {
    await response.body?.cancel();
    return '';
  }
  if (records === 'size' || encoding) {
    const { byteLength } = await response.arrayBuffer();
    return byteLength > 0 ? '(a body)' : '';
  }
  return response.text();
}

/** @throws Error when none arrives in time. */
async function firstEvent(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  const tooLate = Bun.sleep(FIRST_EVENT_MS).then(() => 'too late' as const);
  let text = '';
  while (!text.endsWith('\n')) {
    const piece = await Promise.race([reader.read(), tooLate]);
    if (piece === 'too late') throw new Error(`No first event came; only ${JSON.stringify(text)}.`);
    if (piece.done) return text;
    text += decoder.decode(piece.value as Uint8Array, { stream: true });
  }
  return text;
}

/** Headers that differ from the usual ones, and usual ones that are missing. */
function headerLines({ headers }: Response, usual: Usual): string[] {
  const own = [...headers.entries()]
    .filter(([name, value]) => !UNRECORDED.has(name) && usual.headers[name] !== value)
    .filter(([name]) => name !== 'content-type')
    .map(
      ([name, value]) => `${name}: ${name === 'etag' ? value.replace(/\w{16,}/, '<hash>') : value}`,
    );
  const missing = Object.keys(usual.headers)
    .filter((name) => !headers.has(name) && !UNRECORDED.has(name))
    .map((name) => `(without ${name})`);
  return [...own.sort(), ...missing.sort()];
}

function readable(body: string, { headers }: Response, { records }: Case, usual: Usual): string {
  const type = headers.get('content-type') ?? '';
  if (/^application\/(\w+\+)?json/.test(type) && records !== 'size') return readableJson(body);
  if (type.startsWith('text/event-stream')) return readableEvents(body).trimEnd();
  if (!type.startsWith('text/html')) return body.trimEnd();
  if (!/^<!doctype html>/i.test(body) || records === 'whole page') return readableHtml(body);
  return partsOf(body, usual);
}

/** Title, unusual head elements and `<main>` of a page; the rest is recorded once. */
function partsOf(page: string, usual: Usual): string {
  const title = /<title>.*?<\/title>/s.exec(page)?.[0] ?? '(no title)';
  const main = /<main\b.*<\/main>/s.exec(page)?.[0] ?? '(no main part)';
  const usualLines = usual.pageHead.split('\n');
  const head = headOf(normalised(page, new Map()))
    .split('\n')
    .filter((line) => !usualLines.includes(line));
  return readableHtml([title, ...head, main].join('\n'));
}

function headOf(page: string): string {
  const head = /<head>.*<\/head>/s.exec(page)?.[0] ?? '';
  return readableHtml(head.replace(/<title>.*?<\/title>/s, ''));
}
