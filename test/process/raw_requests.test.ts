import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { sendRaw } from '../support/raw_request.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(120_000);
afterAll(stopServers);

let server: TestServer;
let portOf: number;

beforeAll(async () => {
  server = await startServer(undefined, { XGPT_BASE_PATH: '/xgpt' });
  portOf = Number(new URL(server.url).port);
});

/** The status and the body of the answer to these bytes. */
async function ask(...lines: string[]) {
  const answer = await sendRaw(portOf, lines);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body, answer };
}

/** What belongs into no answer: sources, paths of the disk, and the runtime's own words. */
const LEAKS = /node_modules|\.tsx?\b|\/src\/|at \S+ \(|something went wrong|bun/i;

describe('B1: a request by HTTP/1.0 without a host', () => {
  test.each(['/', '/api/jobs', '/xgpt/', '/assets/app.css', '/nothing?a=b', '/healthzz'])(
    'for %s is refused in plain text',
    async (path) => {
      const { status, head, body } = await ask(`GET ${path} HTTP/1.0`);
      expect(status).toBe(400);
      expect(head).toContain('content-type: text/plain');
      expect(body).toBe('Bad request. The Host header is missing.\n');
    },
  );

  test.each(['/healthz', '/xgpt/healthz', '/healthz?'])('for %s is answered', async (path) => {
    const { status, body } = await ask(`GET ${path} HTTP/1.0`);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ status: 'ok' });
    const head = await ask(`HEAD ${path} HTTP/1.0`);
    expect([head.status, head.body]).toEqual([200, '']);
    const empty = await ask(`GET ${path} HTTP/1.1`, 'Host:', 'Connection: close');
    expect(empty.status).toBe(200);
  });

  test('with a method that changes something changes nothing', async () => {
    const length = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 0'];
    expect((await ask('POST /api/scrape HTTP/1.0', ...length)).status).toBe(400);
    expect((await ask('OPTIONS /healthz HTTP/1.0')).status).toBe(405);
  });
});

describe('B1: a request that no client should send', () => {
  const refused: [name: string, lines: string[], status: number][] = [
    ['a host with a space', ['GET / HTTP/1.1', 'Host: a b'], 400],
    ['a host with a path', ['GET /healthz HTTP/1.1', 'Host: x/y?z#'], 400],
    ['a host with a user', ['GET / HTTP/1.1', 'Host: user@localhost'], 400],
    ['half an IPv6 address', ['GET / HTTP/1.1', 'Host: [::1'], 400],
    ['a port that does not exist', ['GET /healthz HTTP/1.1', 'Host: localhost:99999'], 400],
    ['letters that are not ASCII', ['GET / HTTP/1.1', 'Host: évil'], 400],
    ['two hosts', ['GET / HTTP/1.1', 'Host: localhost', 'Host: evil.example'], 403],
    ['no host', ['GET / HTTP/1.1'], 400],
    ['an absolute URL of another host', ['GET http://evil.example/ HTTP/1.1', 'Host: evil'], 403],
    ['an absolute URL without a host', ['GET http://localhost/ HTTP/1.0'], 400],
    ['an asterisk', ['OPTIONS * HTTP/1.1', 'Host: localhost'], 400],
    ['a relative path', ['GET jobs HTTP/1.1', 'Host: localhost'], 400],
    ['malformed percent-encoding', ['GET /jobs/%zz HTTP/1.1', 'Host: localhost'], 400],
    ['invalid UTF-8', ['GET /jobs/%ff%fe HTTP/1.1', 'Host: localhost'], 400],
    ['a tunnel', ['CONNECT localhost:80 HTTP/1.1', 'Host: localhost'], 400],
    ['TRACE', ['TRACE / HTTP/1.1', 'Host: localhost'], 405],
    ['a method of WebDAV', ['PROPFIND / HTTP/1.1', 'Host: localhost'], 405],
    ['two slashes', ['GET //jobs HTTP/1.1', 'Host: localhost'], 404],
    ['a long path', [`GET /${'a'.repeat(12_000)} HTTP/1.1`, 'Host: localhost'], 404],
    ['a path that is too long', [`GET /${'a'.repeat(40_000)} HTTP/1.1`, 'Host: localhost'], 431],
    ['no request', ['hello'], 400],
  ];

  test.each(refused)('with %s gets no more than a refusal', async (_, lines, status) => {
    const { status: answered, answer } = await ask(...lines, 'Connection: close');
    expect(answered).toBe(status);
    expect(answer.length).toBeLessThan(2_000);
    expect(answer).not.toMatch(LEAKS);
  });

  test('with a method that does not exist gets no page of the runtime', async () => {
    const { answer } = await ask('BREW /coffee HTTP/1.1', 'Host: localhost', 'Connection: close');
    expect(answer).toBe('');
  });

  test('leaves the server as it was, with nothing in its log', async () => {
    const { status } = await ask(
      'GET http://localhost/healthz HTTP/1.1',
      'Host: localhost',
      'Connection: close',
    );
    expect(status).toBe(200);
    expect(server.log()).toEqual([]);
  });
});
