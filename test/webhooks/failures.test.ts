/** What is said when an event does not arrive, each with a receiver that fails in that way. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '../../src/platform/logger.ts';
import { passUntil, receiver, stopReceivers, withWebhooks } from './setup.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-certificates-'));
const listening: (Server | Bun.Server<undefined>)[] = [];

beforeAll(() => {
  certificate('good');
  certificate('expired');
  const again = ['x509', '-in', path('expired.pem'), '-signkey', path('expired.key')];
  openssl([...again, '-days', '-1', '-out', path('expired.pem')]);
});

afterAll(async () => {
  await stopReceivers();
  for (const server of listening) {
    if ('stop' in server) await server.stop(true);
    else server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);

/** A self-signed certificate for hooks.example. */
function certificate(name: string): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
  const subject = ['-subj', '/CN=hooks.example', '-addext', 'subjectAltName=DNS:hooks.example'];
  openssl(['req', '-x509', ...curve, '-days', '2', ...files, ...subject]);
}

function openssl(words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(['openssl', ...words]);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

/** A port of this machine at which every connection gets `answer`, or is closed. */
async function port(answer?: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => (answer === undefined ? socket.destroy() : socket.end(answer)));
  });
  listening.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

function tlsPort(name: string): number {
  const tls = { key: Bun.file(path(`${name}.key`)), cert: Bun.file(path(`${name}.pem`)) };
  const fetch = () => new Response();
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', tls, fetch });
  listening.push(server as Bun.Server<undefined>);
  return server.port as number;
}

interface Case {
  url: () => string | Promise<string>;
  says: string;
  trusts?: string;
  resolve?: () => Promise<string[]>;
}

const answering = (status: number, headers?: Record<string, string>) => () =>
  receiver(() => new Response('', { status, headers })).url;
const at = (scheme: string, host: string, on: () => number | Promise<number>) => async () =>
  `${scheme}://${host}:${await on()}/`;

const CASES: Record<string, Case> = {
  'refuses the connection': {
    url: () => 'http://127.0.0.1:1/',
    says: 'The connection was refused. Is the receiver running?',
  },
  'has no host': {
    url: () => 'http://nowhere.invalid/',
    // As of getaddrinfo: a test may ask no name server.
    resolve: () =>
      Promise.reject(
        Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.invalid'), { code: 'ENOTFOUND' }),
      ),
    says: 'There is no host of this name.',
  },
  'closes the connection': {
    url: at('http', '127.0.0.1', () => port()),
    says: 'The connection was closed without an answer.',
  },
  'never answers': {
    url: () => receiver(() => new Promise<Response>(() => {})).url,
    says: 'The receiver did not answer within 0.5 s.',
  },
  'answers 500': { url: answering(500), says: 'The receiver answered 500.' },
  'answers 404': { url: answering(404), says: 'The receiver answered 404.' },
  redirects: {
    url: answering(302, { location: 'http://127.0.0.1:1/' }),
    says: 'The receiver answered 302, and redirects are not followed.',
  },
  'has a certificate that nobody signed': {
    url: at('https', 'hooks.example', () => tlsPort('good')),
    says: 'The TLS certificate is not trusted.',
  },
  'has a certificate for another name': {
    url: at('https', 'other.example', () => tlsPort('good')),
    trusts: 'good',
    says: 'The TLS certificate is for another name.',
  },
  'has a certificate that has expired': {
    url: at('https', 'hooks.example', () => tlsPort('expired')),
    trusts: 'expired',
    says: 'The TLS certificate has expired.',
  },
  'does not speak TLS': {
    url: at('https', '127.0.0.1', () => port('HTTP/1.1 400 Bad Request\r\n\r\n')),
    says: 'The receiver does not speak TLS there. Is it http://?',
  },
  'is at a private address': {
    url: () => 'http://inner.example/',
    resolve: async () => ['10.0.0.8'],
    says: 'inner.example is at 10.0.0.8, which is not on the public internet; to allow it, set XGPT_PRIVATE_WEBHOOKS to on for every process.',
  },
};

test.each(Object.entries(CASES))(
  'FEATURES 43: a receiver that %s is described in a sentence, on the page and in the log',
  async (_, { url, says, trusts, resolve }) => {
    const log: string[] = [];
    const warn: Logger['warn'] = (_message, fields) => {
      const { error } = fields ?? {};
      log.push(error instanceof Error ? `${error.stack}` : `${error}`);
    };
    // An event that is left to other processes has not failed.
    const info: Logger['info'] = (_message, fields) => {
      if (fields?.reason) log.push(`${fields.reason}`);
    };
    const ca = trusts && (await Bun.file(path(`${trusts}.pem`)).text());
    const isNamed = trusts !== undefined || says.includes('trusted');
    const here = async () => ['127.0.0.1'];
    const { tracker, clock, webhooks } = withWebhooks(
      undefined,
      {
        answerMs: 500,
        allowPrivate: !says.includes('public internet'),
        ...(resolve ? { resolve } : isNamed && { resolve: here }),
        ...(ca && { ca }),
      },
      undefined,
      { ...silentLogger, warn, info },
    );
    const { webhook } = await webhooks.store.add({
      ...{ url: await url(), events: ['completed'], types: [] },
    });
    await tracker.start();
    await tracker.enqueue('errand', {});
    const last = async () => (await webhooks.get(webhook.id)).deliveries[0];
    await passUntil(
      clock,
      1,
      'it is recorded',
      async () => (await last()) !== undefined && log.length > 0,
    );
    expect((await last())?.error).toBe(says);
    expect(log).toEqual([says]);
    await tracker.stop();
  },
);

test('FEATURES 43: another address of a host is tried when the first one refuses the connection', async () => {
  const to = receiver();
  const { tracker, clock, webhooks } = withWebhooks(undefined, {
    resolve: async () => ['127.0.0.2', '127.0.0.1'],
  });
  const url = `http://hooks.example:${to.port}/`;
  await webhooks.store.add({ url, events: ['completed'], types: [] });
  await tracker.start();
  await tracker.enqueue('errand', {});
  await passUntil(clock, 1, 'it has arrived', () => to.received.length === 1);
  await tracker.stop();
});
