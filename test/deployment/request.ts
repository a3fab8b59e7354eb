import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where a request goes: a proxy or xgpt itself, both on loopback. */
export interface Target {
  port: number;
  tls?: boolean;
  /** The `Host` to send. */
  host?: string;
}

export interface Ask {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** The client's address; any of 127.0.0.0/8 works on Linux. */
  from?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
  text: string;
}

/**
 * Sends one request and reads the whole response. Not by `fetch`, which sets headers of its own,
 * decompresses, repeats requests on a connection that was closed, and cannot choose its address.
 */
export async function ask(target: Target, request: Ask): Promise<Answer> {
  const { host = `127.0.0.1:${target.port}` } = target;
  const { method = 'GET', path, headers = {}, body = '' } = request;
  const hasBody = body !== '' || method === 'POST';
  const lines = Object.entries({
    host,
    connection: 'close',
    ...(hasBody && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return parse(
    await exchange(target, [`${method} ${path} HTTP/1.1`, ...lines], request.from, body),
  );
}

/** Sends these lines as they are and returns all bytes of the response. */
export async function exchange(
  target: Target,
  lines: string[],
  from?: string,
  body = '',
): Promise<Buffer> {
  const socket = await open(target, from);
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  await closed(socket);
  return Buffer.concat(pieces);
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('end', () => socket.end());
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}

function open({ port, tls, host }: Target, localAddress?: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const raw = connect({ port, host: '127.0.0.1', localAddress });
    raw.setNoDelay(true);
    raw.once('error', reject);
    if (!tls) return void raw.once('connect', () => resolve(raw));
    raw.once('connect', () => {
      const servername = host?.replace(/:\d+$/, '');
      const secure = connectTls({ socket: raw, servername, rejectUnauthorized: false }, () =>
        resolve(secure),
      );
      secure.once('error', reject);
    });
  });
}

export function connects(port: number): Promise<boolean> {
  return open({ port }).then(
    (socket) => {
      socket.destroy();
      return true;
    },
    () => false,
  );
}

export function parse(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const rest = bytes.subarray(end + 4);
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  return { status: Number(first.split(' ')[1]), headers, body, text: body.toString() };
}

function unchunked(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\r\n', at);
    const length = Number.parseInt(bytes.subarray(at, end).toString(), 16);
    if (!length) break;
    pieces.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}

/** A stream that remembers when each event arrived, by its id. */
export async function follow(target: Target, path: string, headers: Record<string, string> = {}) {
  const socket = await open(target);
  const arrivals = new Map<string, number>();
  let text = '';
  let pieces = 0;
  socket.on('error', () => {});
  socket.on('data', (piece: Buffer) => {
    pieces++;
    const now = performance.now();
    const events = (text + piece.toString()).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const id = /^id: (\S+)$/m.exec(event)?.[1];
      if (id && !arrivals.has(id)) arrivals.set(id, now);
    }
  });
  const { host = `127.0.0.1:${target.port}` } = target;
  const sent = Object.entries({ host, accept: 'text/event-stream', ...headers });
  const lines = sent.map(([name, value]) => `${name}: ${value}`);
  socket.write(`${[`GET ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
  return {
    arrivals,
    /** How often something has arrived, also of a compressed stream. */
    pieces: () => pieces,
    close: () => void socket.destroy(),
  };
}
