import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { OPERATION_TYPES, wordsOf } from '../../src/operations/words.ts';
import type { Schedule } from '../../src/schedules/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;

beforeEach(async () => {
  web ??= await setupApp();
  web.database.run('DELETE FROM schedules');
});

const HTMX = { 'hx-request': 'true' };

/** What a start form sends, with what stands under "Repeat…" and its button. */
const FORM = {
  username: 'aurora_lab',
  maxTweets: '100',
  includeReplies: 'false',
  onlyNew: 'false',
  source: 'sample',
  archive: '',
  sessionId: '',
  'repeat.every': 'night',
  'repeat.day': 'monday',
  'repeat.at': '03:00',
  'repeat.cron': '',
  'repeat.timeZone': 'Europe/Berlin',
  'repeat.all': 'false',
};

const SAVE = { ...FORM, type: 'scrape' };

const listed = async (): Promise<Schedule[]> =>
  ((await (await web.json('/api/schedules')).json()) as { schedules: Schedule[] }).schedules;

describe('FEATURES 40: “Repeat…” of a start form', () => {
  test('saves a schedule that reads only what is new', async () => {
    const answer = await web.post('/api/schedules', SAVE, HTMX);
    expect(answer.status).toBe(201);
    expect(await answer.text()).toContain('every night at 03:00 (Europe/Berlin)');
    const [schedule] = await listed();
    expect(schedule).toMatchObject({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
    expect(schedule?.input).toMatchObject({ username: 'aurora_lab', onlyNew: true });
  });

  test('reads everything when that is ticked, whatever a single start would read', async () => {
    await web.post('/api/schedules', { ...SAVE, onlyNew: 'true', 'repeat.all': 'true' }, HTMX);
    expect((await listed())[0]?.input.onlyNew).toBe(false);
  });

  test('leads to the page of the schedules without JavaScript', async () => {
    const answer = await web.post('/api/schedules', SAVE, NAVIGATION);
    expect(answer.status).toBe(303);
    const [schedule] = await listed();
    expect(answer.headers.get('location')).toBe(`/schedules#${schedule?.id}`);
    const page = await (await web.request('/schedules', { headers: NAVIGATION })).text();
    expect(page).toContain(`id="${schedule?.id}"`);
  });

  test('shows the form again with what is wrong, without JavaScript', async () => {
    const typed = { ...SAVE, 'repeat.every': 'cron', 'repeat.cron': '61 * * * *', username: '' };
    const answer = await web.post('/api/schedules', typed, NAVIGATION);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toContain('<details class="repeat" open>');
    expect(page).toContain('value="61 * * * *"');
    expect(page).toMatch(/id="repeat.cron-error">Cron cannot be read: invalid value for minute/);
    expect(page).toContain('Nothing was scheduled. 2 fields are invalid.');
    expect(await listed()).toEqual([]);
  });

  test('names the fields as the form does', async () => {
    const typed = { ...SAVE, 'repeat.at': '25:00' };
    const fragment = await (await web.post('/api/schedules', typed, HTMX)).text();
    expect(fragment).toContain('data-field="repeat.at"');
    const zone = { ...SAVE, 'repeat.timeZone': 'Berlin' };
    expect(await (await web.post('/api/schedules', zone, HTMX)).text()).toContain(
      'data-field="repeat.timeZone"',
    );
  });

  test('sends fields with every start, which have no effect on it and cause no warning', async () => {
    const answer = await web.post('/api/scrape', FORM, { accept: 'application/json' });
    const { job, warnings } = (await answer.json()) as { job: { metadata: object }; warnings?: [] };
    expect(warnings).toBeUndefined();
    expect(Object.keys(job.metadata).filter((name) => name.includes('repeat'))).toEqual([]);
  });

  test('FEATURES 40: sends what its choice does not use, which counts for nothing', async () => {
    const choices: [every: string, cron: string][] = [
      ['hour', '0 * * * *'],
      ['cron', '*/5 * * * *'],
      ['night', '0 3 * * *'],
    ];
    for (const [every, cron] of choices) {
      const typed = { ...SAVE, 'repeat.every': every, 'repeat.cron': '*/5 * * * *' };
      expect((await web.post('/api/schedules', typed, HTMX)).status).toBe(201);
      expect((await listed()).at(-1)?.cron).toBe(cron);
    }
  });

  test('FEATURES 40: takes priority and time limit from the form, but no time of a single start', async () => {
    const how = { priority: '5', timeoutMs: '600000', runAt: '', delayMs: '' };
    expect((await web.post('/api/schedules', { ...SAVE, ...how }, HTMX)).status).toBe(201);
    expect((await listed())[0]).toMatchObject({ priority: 5, timeoutMs: 600_000 });
    const typed = { ...SAVE, ...how, delayMs: '300000' };
    const answer = await web.post('/api/schedules', typed, HTMX);
    expect(answer.status).toBe(422);
    const fields = (text: string) => [...text.matchAll(/data-field="([^"]+)"/g)].map(([, f]) => f);
    expect(fields(await answer.text())).toEqual(['delayMs']);
    // What else is wrong with its times is named as well.
    const both = { ...SAVE, ...how, runAt: '2030-01-01T00:00', 'repeat.at': '25:00' };
    const refused = await web.post('/api/schedules', both, HTMX);
    expect(fields(await refused.text()).sort()).toEqual(['repeat.at', 'runAt']);
  });

  test('FEATURES 40: shows the next three runs before it is saved, without JavaScript too', async () => {
    const query = new URLSearchParams({ ...SAVE, 'repeat.every': 'week', 'repeat.day': 'friday' });
    const page = await (await web.request(`/scrape?${query}`, { headers: NAVIGATION })).text();
    expect(page).toContain('<details class="repeat" open>');
    expect(page).toContain('Every Friday at 03:00 (Europe/Berlin). The next runs:');
    expect(page.match(/Fri \d+ \w+, 03:00 Europe\/Berlin/g)).toHaveLength(3);
    expect(page).toContain('formmethod="get" formnovalidate');
    const wrong = new URLSearchParams({ ...SAVE, 'repeat.timeZone': 'Mars' });
    const told = await (await web.request(`/scrape?${wrong}`, { headers: NAVIGATION })).text();
    expect(told).toContain('Time zone &quot;Mars&quot; is unknown.');
    expect(await listed()).toEqual([]);
  });

  test('pressed twice saves one schedule', async () => {
    const answers = [1, 2, 3].map(() => web.post('/api/schedules', SAVE, HTMX));
    for (const answer of answers) expect((await answer).status).toBe(201);
    expect(await listed()).toHaveLength(1);
  });

  test('is part of every start form but those of what is done once, and of no form twice', async () => {
    for (const type of OPERATION_TYPES) {
      const page = await (await web.request(`/${type}`, { headers: NAVIGATION })).text();
      const { isOnce = false } = wordsOf(type);
      expect([type, page.split('class="repeat"').length]).toEqual([type, isOnce ? 1 : 2]);
      if (isOnce) continue;
      expect(page).toContain(`name="type" value="${type}" formaction="/api/schedules"`);
      const names = [...page.matchAll(/ name="([^"]+)"/g)].map(([, name]) => name);
      // A type's own field must not have the name of a schedule's.
      const own = ['every', 'at', 'day', 'cron', 'timeZone'];
      expect(names.filter((name) => own.includes(name ?? ''))).toEqual([]);
    }
  });
});

const EVERY =
  'Every must be night, day, hour or week, for example week; for other times give a cron expression.';

test('FEATURES 40: the form says in one sentence how often may be', async () => {
  const answer = await web.post('/api/schedules', { ...SAVE, 'repeat.every': 'year' }, NAVIGATION);
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain(EVERY);
});

describe('FEATURES 40: POST /api/schedules', () => {
  const add = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await web.json('/api/schedules', init);
    return { status: answer.status, ...((await answer.json()) as Record<string, never>) };
  };
  type Answer = {
    status: number;
    schedule: Schedule;
    warnings?: string[];
    error: { details: Record<string, string> };
  };

  test('takes a cron expression, and the fields of the input beside it or in it', async () => {
    const given = { type: 'scrape', cron: '0 3 * * 1-5', timeZone: 'UTC' };
    const within = (await add({ ...given, input: { username: 'aurora_lab' } })) as Answer;
    const beside = (await add({ ...given, username: 'kip_reads' })) as Answer;
    expect(within.schedule.input.username).toBe('aurora_lab');
    expect(beside.schedule.input.username).toBe('kip_reads');
  });

  test('refuses a type that is no text, from a form too', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
    for (const body of ['type[a]=1&cron=x', 'type=&cron=x', 'type=a&type=b&repeat.cron=x']) {
      const answer = await web.request('/api/schedules', { method: 'POST', headers, body });
      expect(answer.status).toBe(422);
    }
    expect((await add({ type: { a: 1 }, cron: '0 3 * * *' })).status).toBe(422);
  });

  test('lets a scrape read everything when it is told to', async () => {
    const input = { username: 'aurora_lab', onlyNew: false };
    const { schedule } = (await add({ type: 'scrape', input })) as Answer;
    expect(schedule.input.onlyNew).toBe(false);
  });

  test('names fields that have no effect', async () => {
    const { warnings } = (await add({
      type: 'scrape',
      input: { username: 'aurora_lab', colour: 'blue' },
      evry: 'week',
    })) as Answer;
    expect(warnings).toEqual([
      'Unknown field "evry" was ignored.',
      'Unknown field "colour" was ignored.',
    ]);
  });

  const SCRAPE = { type: 'scrape', input: { username: 'a' } };

  test.each([
    [{ cron: '0 3 * * *', every: 'week' }, 'cron every'],
    [{ cron: '0 3 * * *', at: '03:00' }, 'at cron'],
    [{ every: 'hour', at: '03:00' }, 'at every'],
    [{ every: 'night', day: 'monday' }, 'day every'],
    [{ every: 'hour', timeZone: 'Mars' }, 'timeZone'],
    [{ every: 'week', at: '25:00', day: 'someday' }, 'at day'],
    [{ cron: '*/5 * * * *', timeZone: 'Mars' }, 'timeZone'],
    [{ every: 'hour', at: '03:00', timeZone: 'Mars', priority: 11 }, 'at every priority timeZone'],
    [{ every: 'week', runAt: '2027-01-01T03:00:00Z' }, 'every runAt'],
    [{ delayMs: 5 }, 'delayMs'],
    [{ sessionId: 'one', input: { username: 'a', sessionId: 'two' } }, 'sessionId'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
  ])(
    'FEATURES 40: refuses what contradicts itself, and names all of it: %j',
    async (given, fields) => {
      const { status, error } = (await add({ ...SCRAPE, ...given })) as Answer;
      expect({ status, fields: Object.keys(error.details).sort().join(' ') }).toEqual({
        status: 422,
        fields,
      });
      expect(await listed()).toEqual([]);
    },
  );

  test('FEATURES 40: takes the session from the input too, and keeps the options of its starts', async () => {
    const { schedule, warnings } = (await add({
      type: 'scrape',
      input: { username: 'aurora_lab', sessionId: 'nightly' },
      priority: -3,
      timeoutMs: 60_000,
    })) as Answer;
    expect(schedule).toMatchObject({ sessionId: 'nightly', priority: -3, timeoutMs: 60_000 });
    expect(warnings).toBeUndefined();
    const started = await web.schedules.runNow(schedule.id);
    expect(started).toMatchObject({ sessionId: 'nightly', priority: -3, timeoutMs: 60_000 });
    const page = await (await web.request('/schedules', { headers: NAVIGATION })).text();
    expect(page).toContain('1 min for each attempt');
    expect(page).toContain('<dt>Priority</dt><dd>−3</dd>');
  });

  test('FEATURES 40: with an Idempotency-Key adds one schedule, however often it is sent', async () => {
    const send = (key: string, body: object) =>
      web.json('/api/schedules', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    const [first, second] = [await send('nightly', SCRAPE), await send('nightly', SCRAPE)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(await second.json()).toEqual(await first.json());
    expect(await listed()).toHaveLength(1);
    expect((await send('nightly', { ...SCRAPE, every: 'hour' })).status).toBe(422);
    // Another key is another schedule, also at once.
    expect((await send('nightly-2', SCRAPE)).status).toBe(201);
    expect(await listed()).toHaveLength(2);
    // A refused one may be corrected.
    expect((await send('nightly-3', { type: 'crawl' })).status).toBe(422);
    expect((await send('nightly-3', { ...SCRAPE, every: 'week' })).status).toBe(201);
  });

  test.each([
    [{ type: 'scrape', input: { username: 'a' }, cron: '0 0 30 2 *' }, 'cron', 'never due'],
    [{ type: 'scrape', input: { username: 'a' }, cron: 'daily' }, 'cron', 'Use five fields'],
    [{ type: 'scrape', input: { username: 'a' }, timeZone: 'Mars' }, 'timeZone', 'Europe/Berlin'],
    [{ type: 'scrape', input: { username: 'a' }, timeZone: 7 }, 'timeZone', 'must be text'],
    [{ type: 'scrape', input: { username: 'a' }, every: 'year' }, 'every', EVERY],
    [{ type: 'scrape', input: { username: 'a' }, every: 7 }, 'every', EVERY],
    [{ type: 'scrape', input: { username: 'a' }, sessionId: '!' }, 'sessionId', 'Session may'],
    [{ type: 'scrape', input: 'aurora_lab' }, 'input', 'must be an object'],
    [{ type: 'scrape', input: [] }, 'input', 'must be an object'],
    [{ type: 'scrape', input: {} }, 'username', 'Username is missing'],
    [{ type: 'crawl', input: {} }, 'type', 'Unknown job type'],
    [{ type: 7 }, 'type', 'must be text'],
    [{}, 'type', 'Type is missing'],
  ])('refuses %j', async (body, field, message) => {
    const { status, error } = (await add(body)) as Answer;
    expect(status).toBe(422);
    expect(error.details[field]).toContain(message);
    expect(await listed()).toEqual([]);
  });
});

test('FEATURES 40: no schedule deletes an author: not by the API, nor by one that is there already', async () => {
  const message = 'A schedule cannot start forget: its jobs are started by hand only.';
  const input = { username: 'aurora_lab', source: 'sample', onlyCount: true };
  const add = await web.json('/api/schedules', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'forget', input }),
  });
  expect(add.status).toBe(422);
  expect(await add.json()).toMatchObject({ error: { details: { type: message } } });
  expect(await listed()).toEqual([]);

  const { id } = await web.schedules.add({ type: 'scrape', input, cron: '0 3 * * *' });
  web.database.run("UPDATE schedules SET type = 'forget' WHERE id = ?", [id]);
  expect((await listed())[0]?.problem).toBe(message);
  const page = await (await web.request('/schedules', { headers: NAVIGATION })).text();
  expect(page).toContain(`${message} Remove the schedule.`);
  const jobs = web.tracker.getAllJobs().length;
  for (const way of ['run', 'edit']) {
    const answer = await web.post(`/api/schedules/${id}/${way}`, { at: '04:00' });
    expect([way, answer.status]).toEqual([way, 422]);
    expect(await answer.text()).toContain(message);
  }
  expect(web.tracker.getAllJobs()).toHaveLength(jobs);
});

test('FEATURES 40: only what is new is read again, and the result says how much', async () => {
  const app = await setupApp();
  await app.tracker.start();
  const input = { username: 'aurora_lab', maxTweets: 20 };
  const { id } = await app.schedules.add({
    type: 'scrape',
    input,
    cron: '0 3 * * *',
    timeZone: 'UTC',
  });
  const first = await app.ended((await app.schedules.runNow(id)).id);
  expect(first.result).toMatchObject({ posts: 20, newPosts: 20, firstRun: true });
  const second = await app.ended((await app.schedules.runNow(id)).id);
  expect(second.result).toMatchObject({ newPosts: 0 });
  expect(second.result).not.toHaveProperty('firstRun');
  const page = await (await app.request('/schedules', { headers: NAVIGATION })).text();
  expect(page).toContain('20 posts of @aurora_lab, 20 new');
  expect(page).toContain(`href="/jobs/${second.id}"`);
});

test('FEATURES 40: a schedule whose source no running process has says so, and what to do', async () => {
  const input = { username: 'aurora_lab' };
  const { id } = await web.schedules.add({
    type: 'scrape',
    input,
    cron: '0 3 * * *',
    timeZone: 'UTC',
  });
  const gone = '{"username":"aurora_lab","source":"mastodon"}';
  web.database.run('UPDATE schedules SET input = ?, next_due = ? WHERE id = ?', [
    gone,
    Date.now() - 90_000,
    id,
  ]);
  expect((await listed())[0]?.problem).toBe(
    'No running process has the source mastodon. What is due waits for one that has it.',
  );
  const page = await (await web.request('/schedules', { headers: NAVIGATION })).text();
  expect(page).toContain('It can start nothing at present.');
  expect(page).toContain('Start the program that has it, or remove the schedule.');
});

test('FEATURES 42: forms and schedules say that their jobs wait for a paused type or source', async () => {
  const paused = await setupApp();
  const { tracker } = paused;
  await paused.post('/api/schedules', SAVE, HTMX);
  const texts = async (headers: Record<string, string> = NAVIGATION) => {
    const read = async (path: string) => (await paused.request(path, { headers })).text();
    return { form: await read('/scrape'), list: await read('/schedules'), read };
  };
  const open = await texts();
  expect(open.form).not.toContain('its jobs wait');
  expect(open.list).not.toContain('Its jobs wait');
  await tracker.pauseSource('sample');
  const { form, list } = await texts();
  expect(form).toMatch(/<span\s*>The source sample is paused<\/span>: its jobs wait until/);
  expect(list).toMatch(/Its jobs wait: <span\s*>the source sample is paused<\/span>/);
  // It has no source.
  expect(
    (await (await paused.request('/embed', { headers: NAVIGATION })).text()).includes(
      'its jobs wait',
    ),
  ).toBe(false);
  await tracker.pauseType('scrape');
  expect((await texts()).form).toMatch(/<span\s*>Scrape is paused<\/span>: its jobs wait until/);
  const plain = await paused.request('/api/schedules', { headers: { accept: 'text/plain' } });
  expect(await plain.text()).toContain('its jobs wait: scrape is paused');
  const { schedules } = (await (await paused.json('/api/schedules')).json()) as {
    schedules: Schedule[];
  };
  expect(schedules[0]?.jobsWait).toBe('scrape is paused');
  const one = await paused.request(`/api/schedules/${schedules[0]?.id}`, {
    headers: { accept: 'text/plain' },
  });
  expect(await one.text()).toContain('Its jobs wait: scrape is paused.');
});
