import { afterAll, describe, expect, spyOn, test } from 'bun:test';
import { silentLogger } from '../../src/platform/logger.ts';
import { createApp } from '../../src/web/app.ts';
import { LiveTaskbar } from '../../src/web/live/taskbar.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

interface ServerEvent {
  id?: string;
  event?: string;
  data: string;
}

/** Reads a response's events one by one. */
function eventsOf(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  return {
    async next(): Promise<ServerEvent> {
      while (!buffer.includes('\n\n')) {
        const piece = await reader?.read();
        if (!piece || piece.done) throw new Error('The stream has ended.');
        buffer += piece.value;
      }
      const end = buffer.indexOf('\n\n');
      const lines = buffer.slice(0, end).split('\n');
      buffer = buffer.slice(end + 2);
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2));
      return { id: field('id')[0], event: field('event')[0], data: field('data').join('\n') };
    },
    async rest(): Promise<string> {
      let text = buffer;
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) return text;
        text += piece.value;
      }
    },
    leave: () => reader?.cancel(),
  };
}

describe('FEATURES 6: the live taskbar', () => {
  test('sends the whole state first, then every change of status', async () => {
    const { tracker, request } = await setupApp();
    const job = await tracker.createJob('scrape', { username: 'aurora_lab' });
    const response = await request('/api/jobs/stream');
    expect(response.headers.get('content-type')).toStartWith('text/event-stream');
    const events = eventsOf(response);

    const first = await events.next();
    expect(first.event).toBe('jobs');
    expect(first.data).toContain(`id="job-${job.jobId}"`);
    expect(first.data).toContain('data-status="running"');

    await tracker.cancelJob(job.jobId);
    const second = await events.next();
    expect(second.event).toBe('jobs');
    expect(second.data).toContain('data-status="cancelling"');
    await tracker.completeJob(job.jobId, true);
    expect((await events.next()).data).toContain('data-status="cancelled"');
    await events.leave();
  });

  test('sends progress as the live parts of the jobs that progressed, out of band', async () => {
    const { tracker, request } = await setupApp();
    const job = await tracker.createJob('scrape');
    const quiet = await tracker.createJob('search');
    const events = eventsOf(await request('/api/jobs/stream'));
    await events.next();
    await tracker.updateProgress(job.jobId, 280, 1000, 'Reading page 14 of 50');
    const { event, data } = await events.next();
    expect(event).toBe('job');
    expect(data).toContain(`id="live-${job.jobId}"`);
    expect(data).toContain('hx-swap-oob');
    expect(data).toContain('280 / 1,000');
    expect(data).not.toContain(quiet.jobId);
    await events.leave();
  });

  test('sends the whole state once more after progress has stopped', async () => {
    const { tracker, request } = await setupApp();
    const { jobId } = await tracker.createJob('scrape');
    const events = eventsOf(await request('/api/jobs/stream'));
    await events.next();
    await tracker.updateProgress(jobId, 7, 10, 'Seven');
    expect((await events.next()).event).toBe('job');
    const { event, data } = await events.next();
    expect(event).toBe('jobs');
    expect(data).toContain('7 / 10');
    await events.leave();
  });

  test('FEATURES 34: a reader that fell behind gets the current state', async () => {
    const { tracker, request } = await setupApp();
    const events = eventsOf(await request('/api/jobs/stream'));
    await events.next();
    const jobs = [];
    for (let index = 0; index < 20; index++) jobs.push(await tracker.createJob('scrape'));
    const last = jobs.at(-1)?.jobId ?? '';
    let latest = await events.next();
    while (!latest.data.includes(last)) latest = await events.next();
    for (const { jobId } of jobs) expect(latest.data).toContain(`id="job-${jobId}"`);
    await events.leave();
  });

  test('a revision is rendered once, however many streams are open', async () => {
    const { tracker } = await setupApp();
    const live = new LiveTaskbar(tracker);
    const { jobId } = await tracker.createJob('scrape');
    const [snapshot, delta] = await live.lean.read(() => [live.lean.snapshot(), live.lean.delta()]);
    expect(live.lean.snapshot()).toBe(snapshot);
    expect(live.lean.delta()).toBe(delta);
    await tracker.completeJob(jobId, true);
    await live.lean.read(() => {
      expect(live.lean.snapshot()).not.toBe(snapshot);
      expect(live.lean.delta()).not.toBe(delta);
    });
  });

  test('begins with the whole state on a server that has sent no update yet', async () => {
    const before = await setupApp();
    const { jobId } = await before.tracker.createJob('scrape');
    const closing = new AbortController().signal;
    const restarted = await createApp({ ...before, logger: silentLogger, closing });
    const events = eventsOf(
      await restarted.handle(new Request('http://localhost:3000/api/jobs/stream')),
    );
    expect(await events.next()).toMatchObject({
      event: 'jobs',
      data: expect.stringContaining(jobId),
    });
    await events.leave();
  });

  test('a client that reconnects and has missed nothing gets an answer at once, and no event again', async () => {
    const { tracker, request } = await setupApp();
    await tracker.createJob('scrape');
    const first = eventsOf(await request('/api/jobs/stream'));
    const { id } = await first.next();
    expect(id).toMatch(/^[0-9a-f]+-\d+$/);
    await first.leave();
    const again = eventsOf(
      await request('/api/jobs/stream', { headers: { 'last-event-id': id ?? '' } }),
    );
    expect(await again.next()).toMatchObject({ event: undefined, data: '' });
    const pending = again.next();
    const job = await tracker.createJob('embed');
    expect((await pending).data).toContain(job.jobId);
    await again.leave();
  });

  test('text with line breaks and event syntax stays data', async () => {
    const { tracker, request } = await setupApp();
    await tracker.createJob('scrape', { username: 'a\n\nevent: jobs\ndata: forged' });
    const events = eventsOf(await request('/api/jobs/stream'));
    const { data } = await events.next();
    expect(data).toContain('forged');
    expect(data).toContain('id="taskbar-toggle"');
    await events.leave();
  });

  test('ends when the server closes', async () => {
    const { request, closing } = await setupApp();
    const events = eventsOf(await request('/api/jobs/stream'));
    await events.next();
    closing.abort();
    expect(await events.rest()).toBe('');
  });
});

describe('one job’s stream', () => {
  test('is JSON events until the job ends', async () => {
    const { tracker, request } = await setupApp();
    const { jobId } = await tracker.createJob('scrape');
    const events = eventsOf(await request(`/api/jobs/${jobId}/stream`));
    expect(JSON.parse((await events.next()).data)).toMatchObject({ job: { status: 'running' } });
    await tracker.completeJob(jobId, false, 'The source is gone.');
    expect(JSON.parse((await events.next()).data)).toMatchObject({
      job: { status: 'failed', errorMessage: 'The source is gone.' },
    });
    expect(await events.next()).toMatchObject({ event: 'end', data: '{"status":"failed"}' });
    expect(await events.rest()).toBe('');
  });

  test('reads nothing while other jobs change, and everything when a child does', async () => {
    const { tracker, request } = await setupApp();
    const parent = await tracker.enqueue('discover', { query: 'jazz' });
    const other = await tracker.createJob('embed');
    const events = eventsOf(await request(`/api/jobs/${parent.id}/stream`));
    await events.next();
    const read = spyOn(tracker.reader, 'detailsOf');
    for (let moves = 1; moves <= 5; moves++) {
      const version = tracker.feed.version;
      await tracker.updateProgress(other.jobId, moves, 10, 'Moving');
      await until('a version of the feed tells of it', () => tracker.feed.version > version);
    }
    await tracker.completeJob(other.jobId, true);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
    await tracker.cancelJob(parent.id);
    expect(JSON.parse((await events.next()).data)).toMatchObject({ job: { status: 'cancelled' } });
    await events.leave();
  });

  test('says as text that the server closed it, if that is why it ends', async () => {
    const { tracker, request, closing } = await setupApp();
    const { jobId } = await tracker.createJob('scrape');
    const headers = { accept: 'text/plain' };
    const response = await request(`/api/jobs/${jobId}/stream`, { headers });
    closing.abort();
    expect(await response.text()).toEndWith(
      'The server closed this stream; the job has not ended. Request it again.\n',
    );
  });

  test('says when to reconnect, and omits a state that the client has, also after a restart', async () => {
    const { tracker, request, database } = await setupApp();
    const { id } = await tracker.enqueue('scrape', { username: 'aurora_lab' });
    const path = `/api/jobs/${id}/stream`;
    const first = await request(path);
    const reader = first.body?.pipeThrough(new TextDecoderStream()).getReader();
    const opening = (await reader?.read())?.value ?? '';
    expect(opening).toMatch(/^retry: \d+\nid: [0-9a-f]{16}\nevent: job\n/);
    await reader?.cancel();
    const seen = /^id: (.*)$/m.exec(opening)?.[1] ?? '';

    const restarted = await setupApp({}, {}, database);
    const again = eventsOf(await restarted.request(path, { headers: { 'last-event-id': seen } }));
    expect(await again.next()).toMatchObject({ event: undefined, data: '' });
    const changed = again.next();
    await restarted.tracker.cancelJob(id);
    const { id: ended, data } = await changed;
    expect(JSON.parse(data)).toMatchObject({ job: { status: 'cancelled' } });
    expect(ended).not.toBe(seen);
    expect(await again.next()).toMatchObject({ event: 'end', data: '{"status":"cancelled"}' });

    const late = await (await restarted.request(`${path}?lastEventId=${ended}`)).text();
    expect(late).toMatch(/^retry: \d+\nevent: end\ndata: \{"status":"cancelled"\}\n\n$/);
  });

  test('ends when the job is removed', async () => {
    const { tracker, request } = await setupApp();
    const { id } = await tracker.enqueue('scrape', { username: 'aurora_lab' });
    const events = eventsOf(await request(`/api/jobs/${id}/stream`));
    await events.next();
    await tracker.removeJob(id, { force: true });
    expect(await events.next()).toMatchObject({ event: 'end', data: '{"status":"removed"}' });
    expect(await events.rest()).toBe('');
  });

  test('is lines of progress as text/plain', async () => {
    const { tracker, request } = await setupApp();
    const { jobId } = await tracker.createJob('scrape');
    await tracker.updateProgress(jobId, 280, 1000, 'Reading page 14 of 50');
    const headers = { accept: 'text/plain' };
    const response = await request(`/api/jobs/${jobId}/stream`, { headers });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('running  280 / 1,000  Reading page 14 of 50\n');
    await tracker.completeJob(jobId, true);
    expect((await reader?.read())?.value).toStartWith('completed');
    expect((await reader?.read())?.done).toBe(true);
  });

  test('is 404 for a job that does not exist', async () => {
    const { request } = await setupApp();
    expect((await request('/api/jobs/scrape-nothing/stream')).status).toBe(404);
  });
});

test('HEAD of a stream is answered at once, and opens none', async () => {
  const { request, json, tracker } = await setupApp();
  const { jobId } = await tracker.createJob('scrape');
  for (const path of ['/api/jobs/stream', `/api/jobs/${jobId}/stream`]) {
    const response = await request(path, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await response.text()).toBe('');
  }
  expect(await (await json('/healthz')).json()).toMatchObject({ watchers: 0 });
});

test('statuses in memory, on disk and in HTML agree after every step of a job', async () => {
  const { tracker, request, statusOnDisk } = await setupApp();
  const agree = async (id: string, status: string) => {
    expect(tracker.getJob(id)?.status as string).toBe(status);
    expect(statusOnDisk(id)).toBe(status);
    const card = await (await request(`/api/jobs/${id}`)).text();
    expect(/data-status="(\w+)"/.exec(card)?.[1]).toBe(status);
    const taskbar = await (await request('/api/jobs')).text();
    const shown = new RegExp(`id="job-${id}"[^>]*data-status="(\\w+)"`).exec(taskbar)?.[1];
    expect(shown).toBe(status);
  };
  const { jobId } = await tracker.createJob('scrape');
  await agree(jobId, 'running');
  await tracker.cancelJob(jobId);
  await agree(jobId, 'cancelling');
  await tracker.completeJob(jobId, true);
  await agree(jobId, 'cancelled');
  const queued = await tracker.enqueue('scrape', { username: 'aurora_lab' });
  await agree(queued.id, 'queued');
  await tracker.start();
});
