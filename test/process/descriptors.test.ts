import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { eventsOf } from '../../src/client/event_reader.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Every server is a process of its own, on a machine that may be busy.
setDefaultTimeout(300_000);

const sockets: Socket[] = [];
const release = () => {
  for (const socket of sockets.splice(0)) socket.destroy();
};

afterAll(async () => {
  release();
  await stopServers();
});

const LIMIT = 64;
const TITLE = 'Too many files and connections are open.';

const startLimited = () =>
  startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '200' }, [
    'bash',
    '-c',
    `ulimit -n ${LIMIT}; exec "$0" "$@"`,
  ]);

/** Connections that send nothing. */
function connectSilently(server: TestServer, count: number): void {
  const { hostname, port } = new URL(server.url);
  for (let n = 0; n < count; n++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    sockets.push(socket);
  }
}

/** Processor time used by a process so far, in seconds. */
function usedSeconds({ child }: TestServer): number {
  const [, fields = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

const health = async (server: TestServer) =>
  server.json<{ status: string; problems: { code: string }[] }>('/healthz');

test.skipIf(process.platform !== 'linux')(
  'F9: without descriptors the server stays idle, what is open goes on, and it recovers',
  async () => {
    const server = await startLimited();
    const { id } = await server.start('scrape', { username: 'aurora_lab', maxTweets: '1000' });
    const leaving = new AbortController();
    const stream = await fetch(`${server.url}/api/jobs/${id}/stream`, {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    });
    const events = eventsOf(stream.body as ReadableStream<Uint8Array>, () => {});
    await events.next();
    // Some come back as soon as they are closed, as programs do that try again.
    const flood = setInterval(() => connectSilently(server, 20), 500);
    connectSilently(server, 2 * LIMIT);
    await until('the log says so', () => server.log().some((line) => line.includes(TITLE)));
    const before = usedSeconds(server);
    await Bun.sleep(3_000);
    expect(usedSeconds(server) - before).toBeLessThan(0.9);
    for (let n = 0; n < 3; n++) expect((await events.next()).value?.data).toContain(id);
    clearInterval(flood);
    release();
    const found = await until('it accepts connections again', () =>
      health(server).catch(() => undefined),
    );
    expect(found).toMatchObject({ status: 'ok', problems: [{ code: 'too_many_files' }] });
    expect(await server.ended(id)).toMatchObject({ status: 'completed', errors: [] });
    expect(server.log().filter((line) => line.includes(TITLE))).toHaveLength(1);
    leaving.abort();
    expect(await server.end('SIGTERM')).toBe(0);
  },
);

test.skipIf(process.platform !== 'linux')(
  'F9: streams leave descriptors for everything else',
  async () => {
    const server = await startLimited();
    const leaving = new AbortController();
    // Kept: the connection of an answer that nothing refers to is closed.
    const answers: Response[] = [];
    for (let n = 0; n < LIMIT; n++) {
      const url = `${server.url}/api/jobs/stream`;
      answers.push(await fetch(url, { signal: leaving.signal }));
      if (answers.at(-1)?.status === 503) break;
    }
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT - 48);
    expect(statuses.at(-1)).toBe(503);
    expect(await health(server)).toMatchObject({ status: 'ok', problems: [] });
    leaving.abort();
  },
);
