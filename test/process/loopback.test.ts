import { afterAll, describe, expect, test } from 'bun:test';
import dgram from 'node:dgram';
import dns from 'node:dns';
import http, { request } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { filesMatching, readText } from '../house/source_files.ts';
import { isOnThisMachine } from '../support/loopback/hosts.ts';
import { takeRefused } from '../support/loopback/preload.ts';

const server = Bun.serve({
  port: 0,
  routes: { '/away': Response.redirect('http://outside.example/', 302) },
  fetch: () => new Response('here'),
});
afterAll(() => server.stop(true));

const HOST = 'outside.example';
const ADDRESS = '192.0.2.7';

/** Each way to reach a host. Those that report errors by events throw at once. */
const WAYS: [name: string, reach: () => unknown][] = [
  ['fetch', () => fetch(`http://${HOST}/`)],
  ['fetch of a Request', () => fetch(new Request(`http://${ADDRESS}/`))],
  ['fetch by a proxy', () => fetch(server.url, { proxy: `http://${HOST}:3128` })],
  ['WebSocket', () => new WebSocket(`ws://${HOST}/`)],
  ['Bun.connect', () => Bun.connect({ hostname: HOST, port: 80, socket: { data() {} } })],
  ['Bun.dns', () => Bun.dns.lookup(HOST)],
  ['net.connect', () => net.connect(80, ADDRESS)],
  ['net.connect with options', () => net.connect({ host: HOST, port: 80 })],
  ['tls.connect', () => tls.connect(443, ADDRESS)],
  ['http.get', () => http.get(`http://${HOST}/path`)],
  ['http.request, imported by name', () => request({ host: ADDRESS, path: '/path' }).end()],
  ['https.request', () => https.request(`https://${HOST}/`).end()],
  ['dns.lookup', () => dns.lookup(HOST, () => {})],
  ['dns.promises', () => dns.promises.resolve4(HOST)],
  ['dgram', () => dgram.createSocket('udp4').send('x', 53, ADDRESS)],
  ['Bun.udpSocket', async () => (await Bun.udpSocket({})).send('x', 53, ADDRESS)],
];

describe('another host', () => {
  test.each(WAYS)('is refused to %s, and the test would fail', async (_, reach) => {
    const failure = await caught(reach);
    expect(takeRefused()).toContain(HOST.length > 0 ? ' of ' : '');
    expect(String(failure)).toMatch(/A test may not reach (outside\.example|192\.0\.2\.7)/);
  });

  test('is refused to the processes that a test starts', async () => {
    const script = join(import.meta.dir, '../support/loopback/reaching_script.ts');
    const child = Bun.spawn([process.execPath, script], { stderr: 'pipe' });
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toContain(`A test may not reach ${HOST}`);
    expect(takeRefused()).toContain(`fetch of ${HOST}`);
  });

  test('fails a test that catches the error', async () => {
    const preload = join(import.meta.dir, '../support/loopback/preload.ts');
    const file = join(import.meta.dir, '../support/loopback/reaching.fixture.ts');
    const child = Bun.spawn([process.execPath, 'test', '--preload', preload, file], {
      stderr: 'pipe',
      stdout: 'ignore',
    });
    const output = await new Response(child.stderr).text();
    expect(output).toContain('The test has reached for other hosts:\nfetch of outside.example');
    expect(output).toContain(' 1 pass\n 1 fail\n');
  });

  test('is not reached by way of what cannot be guarded', async () => {
    const users: string[] = [];
    for (const path of filesMatching('{src,views,test}/**/*.{ts,tsx}')) {
      const isOwn = path.startsWith('test/support/loopback/') || path.endsWith('loopback.test.ts');
      if (!isOwn && /\bBun\.fetch\b/.test(await readText(path))) users.push(path);
    }
    expect(users).toEqual([]);
  });
});

describe('this machine', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['[::1]', true],
    ['::ffff:127.0.0.1', true],
    ['LOCALHOST', true],
    ['db.localhost', true],
    [undefined, true],
    ['127.0.0.1.example', false],
    ['localhost.example', false],
    ['10.0.0.1', false],
    ['169.254.169.254', false],
    ['::2', false],
  ])('%p: %p', (host, isHere) => {
    expect(isOnThisMachine(host)).toBe(isHere);
  });

  test('is reached in every way', async () => {
    expect(await (await fetch(server.url)).text()).toBe('here');
    const status = new Promise((resolve, reject) =>
      request(server.url, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .end(),
    );
    expect(await status).toBe(200);
    const socket = net.connect(server.port as number, 'localhost');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect((await dns.promises.lookup('localhost')).address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});

async function caught(reach: () => unknown): Promise<unknown> {
  try {
    const started = await reach();
    // What Node's modules throw inside of a connection arrives as an event.
    if (started instanceof http.ClientRequest || started instanceof net.Socket) {
      return await new Promise((resolve) => started.once('error', resolve));
    }
    return undefined;
  } catch (error) {
    return error;
  }
}
