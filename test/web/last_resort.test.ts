import { afterAll, afterEach, describe, expect, spyOn, test } from 'bun:test';
import { closeApps, setupApp } from '../support/app.ts';
import { sendRaw } from '../support/raw_request.ts';

const servers: { stop(closeConnections: boolean): unknown }[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop(true);
});
afterAll(closeApps);

async function listeningApp() {
  const web = await setupApp();
  const { server } = web.app.listen({ port: 0, hostname: '127.0.0.1' });
  if (!server?.port) throw new Error('The app does not listen.');
  servers.push(server);
  const port = server.port;
  const ask = (path: string, accept = 'text/html', ...headers: string[]) =>
    sendRaw(port, [
      `GET ${path} HTTP/1.1`,
      'Host: localhost',
      `Accept: ${accept}`,
      ...headers,
      'Connection: close',
    ]);
  return { ...web, ask };
}

const PLAIN = 'Internal error. The log has the details.\n';

function boom(): never {
  throw new Error('boom at /secret/path.ts');
}

describe('B1: the runtime’s own error page never shows', () => {
  test('when a route fails', async () => {
    const { ask, tracker } = await listeningApp();
    spyOn(tracker.reader, 'recentSessions').mockImplementation(boom);
    const answer = await ask('/sessions');
    expect(answer).toStartWith('HTTP/1.1 500');
    expect(answer).toContain('The request was not at fault.');
    expect(answer).not.toMatch(/boom|secret/);
  });

  test('when the error page fails too', async () => {
    const { ask, health } = await listeningApp();
    spyOn(health, 'noticed').mockImplementation(boom);
    for (const accept of ['text/html', 'application/json', 'text/plain', '*/*']) {
      const answer = await ask('/nothing', accept);
      expect(answer).toStartWith('HTTP/1.1 500');
      expect(answer.toLowerCase()).toContain('content-type: text/plain');
      expect(answer).toEndWith(PLAIN);
    }
  });

  test('when a hook after the handler fails', async () => {
    const { ask } = await listeningApp();
    const compress = spyOn(Bun, 'zstdCompressSync').mockImplementation(boom);
    try {
      const answer = await ask('/', 'text/html', 'Accept-Encoding: zstd');
      expect(answer).toStartWith('HTTP/1.1 500');
      expect(answer).toEndWith(PLAIN);
    } finally {
      compress.mockRestore();
    }
  });

  test('when a stream fails, at its start or later', async () => {
    const { ask, tracker } = await listeningApp();
    const { jobId } = await tracker.createJob('embed', {});
    const { reader } = tracker;
    const read = reader.readJob.bind(reader);
    const readJob = spyOn(reader, 'readJob');
    const fails = async () => boom();
    // The first call finds the job before the response begins.
    readJob.mockImplementationOnce(read).mockImplementation(fails);
    const atStart = await ask(`/api/jobs/${jobId}/stream`, 'text/event-stream');
    expect(atStart).not.toMatch(/<|boom|secret/);

    readJob.mockReset().mockImplementationOnce(read).mockImplementationOnce(read);
    readJob.mockImplementation(fails);
    const later = ask(`/api/jobs/${jobId}/stream`, 'text/event-stream');
    await Bun.sleep(100);
    await tracker.updateProgress(jobId, 1, 2, 'Half');
    expect(await later).toContain(jobId);
    expect(await later).not.toMatch(/<|boom|secret/);
    readJob.mockRestore();
  });
});
