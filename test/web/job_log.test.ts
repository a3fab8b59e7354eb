import { afterAll, describe, expect, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeApps, setupApp } from '../support/app.ts';
import { errand, gate, untilAborted } from '../support/jobs.ts';
import { logEvents } from '../support/log_events.ts';
import { withoutTimes } from '../support/log_text.ts';
import { until } from '../support/wait.ts';

afterAll(closeApps);

/** A job that has written its log and ended. */
async function logged(...lines: string[]) {
  const app = await setupApp();
  app.tracker.define(
    errand(async (_, job) => {
      for (const [index, line] of lines.entries()) {
        job.log(line);
        // What is written faster than the disk takes it is dropped.
        if (index % 1_000 === 999) await Bun.sleep(20);
      }
    }),
  );
  await app.tracker.start();
  const { id } = await app.tracker.enqueue('errand', { name: 'writer' });
  await app.ended(id);
  const log = (query = '') => app.request(`/api/jobs/${id}/log${query}`);
  const { text } = await app.tracker.reader.readLog(id);
  return { ...app, id, log, text, bytes: Buffer.from(text) };
}

/** A running job that writes the lines of the test. */
async function writer() {
  const app = await setupApp();
  const begun = gate<(line: string) => void>();
  app.tracker.define(
    errand(async (_, job) => {
      begun.resolve((line) => job.log(line));
      await untilAborted(job.signal);
    }),
  );
  await app.tracker.start();
  const { id } = await app.tracker.enqueue('errand', { name: 'writer' });
  return { ...app, id, write: await begun.promise };
}

const LINES = ['one', 'zwölf Jäger', '三つの行', '🌌 and 🧗🏽 and more', '', 'tab\there', 'last'];
const TEXT = `${LINES.join('\n')}\n`;

/** Where each character ends, and 0. */
function characterEnds(text: string): number[] {
  const ends = [0];
  for (const each of text) ends.push((ends.at(-1) ?? 0) + Buffer.byteLength(each));
  return ends;
}

/** Some 1.5 MB, of which a log keeps 1 MB. */
const LONG = Array.from({ length: 15_000 }, (_, line) => `${line} ${'x'.repeat(94)}`);

describe('FEATURES 16: the log of a job', () => {
  test('is plain text, and says where to go on', async () => {
    const { log, bytes } = await logged(...LINES);
    const response = await log();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('x-log-position')).toBe(String(bytes.length));
    const text = await response.text();
    expect(withoutTimes(text)).toBe(TEXT);
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z /);
  });

  test('E8: is JSON with the time of each line for a client that asks for it', async () => {
    const { json, id, bytes } = await logged(...LINES);
    const answer = await (await json(`/api/jobs/${id}/log`)).json();
    expect(answer).toEqual({
      lines: LINES.map((text) => ({ at: expect.stringMatching(/^\d{4}-.*Z$/), text })),
      position: bytes.length,
      dropped: 0,
    });
    expect(await (await json(`/api/jobs/${id}/log?position=${bytes.length}`)).json()).toEqual({
      lines: [],
      position: bytes.length,
      dropped: 0,
    });
  });

  test('is read from any byte on; one within a character counts as the next character', async () => {
    const { log, text, bytes } = await logged(...LINES);
    for (let position = 0; position <= bytes.length; position++) {
      const start = characterEnds(text).find((end) => end >= position);
      const response = await log(`?position=${position}`);
      expect(await response.text()).toBe(bytes.subarray(start).toString());
      expect(response.headers.get('x-log-position')).toBe(String(bytes.length));
    }
  });

  test('has nothing to add at its end, or beyond', async () => {
    const { log, bytes } = await logged(...LINES);
    for (const position of [bytes.length, bytes.length + 7]) {
      const response = await log(`?position=${position}`);
      expect(await response.text()).toBe('');
      expect(response.headers.get('x-log-position')).toBe(String(bytes.length));
    }
  });

  test('begins with a note when its oldest lines are no longer kept', async () => {
    const { log, tracker, id } = await logged(...LONG);
    const { from } = await tracker.reader.readLog(id);
    expect(from).toBeGreaterThan(0);
    const lines = (await (await log()).text()).split('\n');
    expect(lines[0]).toBe(`[${from.toLocaleString('en')} bytes are no longer kept]`);
    expect(lines.slice(1, -1).map(withoutTimes)).toEqual(LONG.slice(-(lines.length - 2)));
    const rest = await (await log(`?position=${from - 5}`)).text();
    expect(rest).toStartWith('[5 bytes are no longer kept]\n');
    expect(await (await log(`?position=${from}`)).text()).toBe(`${lines.slice(1).join('\n')}`);
  });

  test('can be downloaded under the name of its job', async () => {
    const { log, id } = await logged('one');
    expect((await log()).headers.get('content-disposition')).toBeNull();
    expect((await log('?download=1')).headers.get('content-disposition')).toBe(
      `attachment; filename="${id}.log"`,
    );
  });

  test('is empty for a job that writes none', async () => {
    const { request, tracker } = await setupApp();
    const { jobId } = await tracker.createJob('scrape');
    const response = await request(`/api/jobs/${jobId}/log`);
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('of a job that there is not is 404', async () => {
    const { json } = await setupApp();
    const response = await json('/api/jobs/scrape-0/log');
    expect(response.status).toBe(404);
  });

  test.each(['-1', '1.5', 'x', '1e3', '0x10', '99999999999999999999'])(
    'cannot be read from %s, and says so',
    async (position) => {
      const { json, tracker } = await setupApp();
      const { jobId } = await tracker.createJob('scrape');
      const response = await json(`/api/jobs/${jobId}/log?position=${position}`);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { details: { position: expect.stringContaining('whole number') } },
      });
    },
  );
});

describe('the stream with logs', () => {
  test('brings what there is, and then what is written, line for line', async () => {
    const { id, write, request } = await writer();
    write('one');
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@0`));
    expect(withoutTimes(await stream.textUntil('one\n'))).toBe('one\n');
    write('two\nthree');
    write('vier ö');
    expect(withoutTimes(await stream.textUntil('vier ö\n'))).toBe('one\ntwo\nthree\nvier ö\n');
    await stream.leave();
  });

  test('says in each event of which job it is, from where, and where to go on', async () => {
    const { id, write, request } = await writer();
    write('zwölf');
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@0`));
    await stream.textUntil('zwölf\n');
    const text = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z zwölf\n$/);
    expect(stream.parts).toEqual([{ job: id, from: 0, position: 25 + 7, text }]);
    expect(stream.raw()).toContain(`event: log\ndata: ${JSON.stringify(stream.parts[0])}\n\n`);
    await stream.leave();
  });

  test('cannot be made to tell something else by what a line says', async () => {
    const { id, write, request } = await writer();
    const lines = ['data: x', 'event: jobs', 'id: 7', ': comment', '\u2028event: job', '"}'];
    for (const line of lines) write(line);
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@0`));
    await stream.textUntil('"}\n');
    expect(stream.types().every((type) => type === 'jobs' || type === 'log')).toBe(true);
    expect(withoutTimes(stream.text())).toBe(`${lines.join('\n').replace('\u2028', '\n')}\n`);
    await stream.leave();
  });

  test('goes on at each place where an earlier connection may have ended', async () => {
    const { id, request, text, bytes } = await logged(...LINES);
    for (const position of characterEnds(text).slice(0, -1)) {
      const stream = logEvents(await request(`/api/jobs/stream?log=${id}@${position}`));
      const rest = bytes.subarray(position).toString();
      expect(await stream.textUntil(rest)).toBe(rest);
      await stream.leave();
    }
  });

  test('brings a long log in events of 64 KB at most, each of whole lines', async () => {
    const { id, request, tracker } = await logged(...LONG);
    const { from, text } = await tracker.reader.readLog(id);
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@${from}`));
    await stream.textUntil(`${LONG.at(-1)}\n`);
    expect(stream.text()).toBe(text);
    for (const part of stream.parts) {
      expect(part.text).toEndWith('\n');
      expect(part.position - part.from).toBe(Buffer.byteLength(part.text));
    }
    for (const event of stream.raw().split('\n\n')) expect(event.length).toBeLessThan(64 * 1024);

    // Whoever comes back after any of these events gets the rest.
    for (const { position } of stream.parts.slice(0, -1)) {
      const again = logEvents(await request(`/api/jobs/stream?log=${id}@${position}`));
      await again.textUntil(`${LONG.at(-1)}\n`);
      expect(again.text()).toBe(
        Buffer.from(text)
          .subarray(position - from)
          .toString(),
      );
      await again.leave();
    }
    await stream.leave();
  }, 600_000);

  test('says by its positions what is no longer kept', async () => {
    const { id, request, tracker } = await logged(...LONG);
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@0`));
    await stream.textUntil(`${LONG.at(-1)}\n`);
    expect(stream.parts[0]?.from).toBe((await tracker.reader.readLog(id)).from);
    await stream.leave();
  });

  test('follows several logs, and the taskbar beside them', async () => {
    const app = await setupApp();
    const writers: ((line: string) => void)[] = [];
    app.tracker.define(
      errand(
        async (_, job) => {
          writers.push((line) => job.log(line));
          await untilAborted(job.signal);
        },
        { concurrency: 3 },
      ),
    );
    await app.tracker.start();
    const jobs: Job[] = [];
    for (const name of ['a', 'b', 'c']) jobs.push(await app.tracker.enqueue('errand', { name }));
    await until('all have begun', () => writers.length === 3);
    const [a, b] = jobs.map(({ id }) => id);
    const stream = logEvents(await app.request(`/api/jobs/stream?log=${a}@0&log=${b}@0`));
    for (let line = 0; line < 50; line++) {
      for (const [index, write] of writers.entries()) write(`${'abc'[index]}${line}`);
      await Bun.sleep(1);
    }
    await stream.until(() => stream.text(a).endsWith('a49\n'));
    await stream.until(() => stream.text(b).endsWith('b49\n'));
    const expected = (name: string) =>
      Array.from({ length: 50 }, (_, line) => `${name}${line}\n`).join('');
    expect([a, b].map((job) => withoutTimes(stream.text(job)))).toEqual([
      expected('a'),
      expected('b'),
    ]);
    expect(stream.parts.map(({ job }) => job)).not.toContain(jobs[2]?.id);
    await app.tracker.cancelJob(a ?? '');
    await stream.until(() => stream.raw().includes('data-status="cancelled"'));
    await stream.leave();
  });

  test('sends the taskbar once to a client that names the last event it has', async () => {
    const { id, write, request } = await writer();
    const first = logEvents(await request('/api/jobs/stream'));
    await first.until(() => first.types().length > 0);
    const lastEventId = /^id: (.*)$/m.exec(first.raw())?.[1] ?? '';
    await first.leave();
    const stream = logEvents(
      await request(`/api/jobs/stream?log=${id}@0&lastEventId=${lastEventId}`),
    );
    write('one');
    await stream.textUntil('one\n');
    expect(stream.types()).toEqual(['log']);
    await stream.leave();
  });

  test('is not lost to a page whose job was removed', async () => {
    const { request } = await setupApp();
    const stream = logEvents(await request('/api/jobs/stream?log=scrape-0@500'));
    await stream.until(() => stream.types().length > 0);
    expect(stream.types()).toEqual(['jobs']);
    await stream.leave();
  });

  test.each(['scrape-1', 'scrape-1@', '@5', 'scrape-1@-5', 'scrape-1@x'])(
    'refuses log=%s',
    async (log) => {
      const { json } = await setupApp();
      const response = await json(`/api/jobs/stream?log=${log}`);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { details: { log: expect.any(String) } },
      });
    },
  );

  test('refuses more than twenty logs', async () => {
    const { request } = await setupApp();
    const logs = (count: number) =>
      Array.from({ length: count }, (_, index) => `log=scrape-${index}@0`).join('&');
    const allowed = await request(`/api/jobs/stream?${logs(20)}`);
    expect(allowed.status).toBe(200);
    await allowed.body?.cancel();
    expect((await request(`/api/jobs/stream?${logs(21)}`)).status).toBe(422);
  });

  test('reads a log once however many follow it', async () => {
    const { id, write, request, tracker } = await writer();
    const streams = [];
    for (let index = 0; index < 20; index++) {
      streams.push(logEvents(await request(`/api/jobs/stream?log=${id}@0`)));
    }
    for (const stream of streams) await stream.until(() => stream.types().length > 0);
    const { readWrittenLog } = tracker.reader;
    let reads = 0;
    tracker.reader.readWrittenLog = (...args) => {
      reads++;
      return readWrittenLog.apply(tracker.reader, args);
    };
    write('one');
    await Promise.all(streams.map((stream) => stream.textUntil('one\n')));
    expect(reads).toBeLessThan(5);
    for (const stream of streams) await stream.leave();
  });

  test('holds back for a reader that stalls, and gives it every line when it reads', async () => {
    const { id, write, request } = await writer();
    const stream = logEvents(await request(`/api/jobs/stream?log=${id}@0`));
    for (let line = 0; line < 2_000; line++) {
      write(`line ${line}`);
      if (line % 100 === 0) await Bun.sleep(2);
    }
    expect(withoutTimes(await stream.textUntil('line 1999\n'))).toBe(
      Array.from({ length: 2_000 }, (_, line) => `line ${line}\n`).join(''),
    );
    // What was not asked for was not prepared: all of it came in a few events.
    expect(stream.parts.length).toBeLessThan(10);
    await stream.leave();
  });
});

describe('a job as JSON', () => {
  test('has its attempts, its steps and its children', async () => {
    const app = await setupApp();
    app.tracker.define(
      errand(
        async ({ name }, job) => {
          if (name !== 'parent') return;
          await job.step('Look', () => 3);
          await job.runChildren('errand', [{ name: 'child' }]);
        },
        { concurrency: 2 },
      ),
    );
    await app.tracker.start();
    const { id } = await app.tracker.enqueue('errand', { name: 'parent' });
    await app.ended(id);
    const { job } = (await (await app.json(`/api/jobs/${id}`)).json()) as {
      job: Record<string, unknown>;
    };
    expect(job).toMatchObject({
      id,
      status: 'completed',
      attempts: [{ attempt: 1, outcome: 'completed' }],
      steps: [{ name: 'Look', status: 'completed', result: 3 }],
      children: [{ id: expect.any(String), type: 'errand', status: 'completed' }],
    });

    const events = await (await app.json(`/api/jobs/${id}/stream`)).text();
    expect(JSON.parse(/^data: (.*)$/m.exec(events)?.[1] ?? '').job).toEqual(job);
  });
});
