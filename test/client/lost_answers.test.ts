import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { connect, createServer, type Socket } from 'node:net';
import { createClient } from 'xgpt/client';
import type { Job } from '../../src/jobs/index.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';

// Servers and streams, on a machine that may be busy.
setDefaultTimeout(300_000);
afterAll(stopServers);

/** Hands connections on to a server, and cuts them together with its life. */
class Line {
  #server: TestServer;
  #sockets = new Set<Socket>();
  #cut: ((event: 'request' | 'answer') => void) | undefined;
  /** While the server is started again, whoever calls is kept waiting. */
  #up = Promise.resolve();
  #listener = createServer(async (client) => {
    await this.#up;
    const upstream = connect(Number(new URL(this.#server.url).port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        this.#sockets.delete(socket);
      });
    }
    client.on('data', (bytes) => {
      upstream.write(bytes);
      this.#cut?.('request');
    });
    upstream.on('data', (bytes) => {
      if (this.#cut) this.#cut('answer');
      else client.write(bytes);
    });
  });

  constructor(server: TestServer) {
    this.#server = server;
    this.#listener.listen(0, '127.0.0.1');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#listener.address() as { port: number }).port}`;
  }

  /** The next request gets no answer: the server is killed, and another one takes its place. */
  async killAt(moment: 'answer' | number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#cut = (event) => {
      if (event === moment) resolve();
      else if (event === 'request' && moment !== 'answer') setTimeout(resolve, moment);
    };
    await promise;
    const up = Promise.withResolvers<void>();
    this.#up = up.promise;
    await this.#server.end('SIGKILL');
    for (const socket of this.#sockets) socket.destroy();
    this.#cut = undefined;
    this.#server = await startServer(this.#server.dataDir);
    up.resolve();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
  }
}

test('kill -9 between a start and its response: the client retries, and starts one job', async () => {
  const server = await startServer();
  const line = new Line(server);
  const client = createClient({ url: line.url });
  const ids: string[] = [];
  // In ms after the request has come: while it is read, enqueued, answered.
  for (const moment of [0, 1, 2, 4, 'answer'] as const) {
    const killed = line.killAt(moment);
    const username = `reader_${ids.length}`;
    ids.push(await client.start({ type: 'scrape', input: { username } }));
    await killed;
  }
  const answer = await fetch(`${line.url}/api/jobs`, { headers: { accept: 'application/json' } });
  const { jobs } = (await answer.json()) as { jobs: Job[] };
  expect(jobs.map(({ id }) => id).toReversed()).toEqual(ids);
  line.close();
});

test('an abort does not wait for the next retry', async () => {
  const leaving = new AbortController();
  let asked = 0;
  const client = createClient({
    url: 'http://127.0.0.1:1',
    signal: leaving.signal,
    fetch: (url, init) => {
      asked++;
      // Once the failure has been noticed.
      const leave = () => void setTimeout(() => leaving.abort(new Error('Enough.')));
      return fetch(url, init).finally(leave);
    },
  });
  const started = client.start({ type: 'scrape', input: { username: 'aurora_lab' } });
  await expect(started).rejects.toThrow('Enough.');
  expect(asked).toBe(1);
});
