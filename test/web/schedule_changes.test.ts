import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import type { Schedule } from '../../src/schedules/index.ts';
import { closeApps, NAVIGATION, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;

beforeEach(async () => {
  web ??= await setupApp();
  web.database.run('DELETE FROM schedules');
});

const HTMX = { 'hx-request': 'true' };

const listed = async (): Promise<Schedule[]> =>
  ((await (await web.json('/api/schedules')).json()) as { schedules: Schedule[] }).schedules;

describe('FEATURES 40: GET /api/schedules/preview', () => {
  const preview = async (query: string, init: RequestInit = {}) => {
    const answer = await web.json(`/api/schedules/preview?${query}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test('FEATURES 40: tells the next three times, and what the cron expression is', async () => {
    const { status, body } = await preview('every=week&day=friday&at=18:00&timeZone=Asia/Tokyo');
    expect({ status, ...body, dueAt: undefined } as unknown).toEqual({
      status: 200,
      cron: '0 18 * * 5',
      repeats: 'every Friday at 18:00',
      timeZone: 'Asia/Tokyo',
      dueAt: undefined,
    });
    const times = (body.dueAt as string[]).map((at) => new Date(at));
    expect(times.map((at) => `${at.getUTCDay()} ${at.getUTCHours()}`)).toEqual(
      Array(3).fill('5 9'),
    );
  });

  test('FEATURES 40: names what is wrong; in a form it says so in the place of the times', async () => {
    const { status, body } = await preview('every=hour&at=03:00&timeZone=Mars');
    expect(status).toBe(422);
    const { details } = body.error as { details: object };
    expect(Object.keys(details).sort()).toEqual(['at', 'every', 'timeZone']);
    const typing = 'repeat.every=cron&repeat.cron=61+*+*+*+*&repeat.timeZone=UTC&repeat.at=03:00';
    const note = await web.request(`/api/schedules/preview?${typing}`, { headers: HTMX });
    expect(note.status).toBe(200);
    expect(await note.text()).toContain('invalid value for minute: 61');
    const lines = await web.request('/api/schedules/preview?cron=0+0+29+2+*&timeZone=UTC', {
      headers: { accept: 'text/plain' },
    });
    expect(await lines.text()).toStartWith(
      'By cron 0 0 29 2 * (UTC). The next runs:\n  Tue 29 Feb',
    );
  });
});

describe('FEATURES 40: a schedule is changed', () => {
  const nightly = () =>
    web.schedules.add({
      type: 'scrape',
      input: { username: 'aurora_lab' },
      every: 'week',
      day: 'friday',
      timeZone: 'Europe/Berlin',
      priority: 3,
    });
  const change = async (id: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'PATCH', headers, body: JSON.stringify(body) };
    const answer = await web.json(`/api/schedules/${id}`, init);
    return { status: answer.status, ...((await answer.json()) as Record<string, never>) } as {
      status: number;
      schedule: Schedule;
      warnings?: string[];
      error: { details: Record<string, string> };
    };
  };

  test('FEATURES 40: in what is sent; the rest stays, and null is the default', async () => {
    const { id, nextDueAt } = await nightly();
    const later = await change(id, { at: '04:30', timeoutMs: 60_000, sessionId: 'weekly' });
    expect(later.schedule).toMatchObject({
      cron: '30 4 * * 5',
      timeZone: 'Europe/Berlin',
      priority: 3,
      timeoutMs: 60_000,
      sessionId: 'weekly',
    });
    expect(later.schedule.nextDueAt).not.toBe(nextDueAt as never);
    const plain = await change(id, { priority: null, timeoutMs: null, sessionId: null });
    expect(plain.schedule).toMatchObject({ cron: '30 4 * * 5', priority: 0 });
    expect(plain.schedule.nextDueAt).toEqual(later.schedule.nextDueAt as Date);
    expect(plain.schedule.timeoutMs).toBeUndefined();
    expect(plain.schedule.sessionId).toBeUndefined();
    const other = await change(id, { input: { username: 'kip_reads' }, colour: 'blue' });
    expect(other.schedule.input).toMatchObject({ username: 'kip_reads', onlyNew: true });
    expect(other.warnings).toEqual(['Unknown field "colour" was ignored.']);
  });

  test('FEATURES 40: names everything that is wrong, and nothing is changed', async () => {
    const { id } = await nightly();
    const before = await listed();
    const wrong = { every: 'hour', at: '03:00', timeZone: 'Mars', priority: 11, sessionId: '!' };
    const { status, error } = await change(id, { ...wrong, input: {} });
    expect(status).toBe(422);
    expect(Object.keys(error.details).sort()).toEqual(
      ['at', 'every', 'priority', 'sessionId', 'timeZone', 'username'].sort(),
    );
    expect(await listed()).toEqual(before);
    expect((await change('schedule-none', { at: '04:00' })).status).toBe(404);
  });

  test('FEATURES 40: on a page of its own, without JavaScript', async () => {
    const { id } = await nightly();
    const edit = `/schedules/${id}/edit`;
    const list = await (await web.request('/schedules', { headers: NAVIGATION })).text();
    expect(list).toContain(`href="${edit}"`);
    const form = await (await web.request(edit, { headers: NAVIGATION })).text();
    expect(form).toContain('<option value="week" selected');
    expect(form).toContain('<option value="friday" selected');
    expect(form).toContain('<option value="3" selected');
    expect(form).toContain('Every Friday at 03:00 (Europe/Berlin). The next runs:');
    const typed = {
      'repeat.every': 'night',
      'repeat.day': 'friday',
      'repeat.at': '05:00',
      'repeat.cron': '',
      'repeat.timeZone': 'Mars',
      priority: '',
      timeoutMs: '600000',
      sessionId: '',
    };
    const refused = await web.post(`/api/schedules/${id}/edit`, typed, NAVIGATION);
    expect(refused.status).toBe(422);
    const again = await refused.text();
    expect(again).toContain('Nothing was changed. One field is invalid.');
    expect(again).toContain('id="repeat.timeZone-error">Time zone');
    expect(again).toContain('value="05:00"');
    const saved = await web.post(
      `/api/schedules/${id}/edit`,
      { ...typed, 'repeat.timeZone': 'UTC' },
      NAVIGATION,
    );
    expect(saved.status).toBe(303);
    expect(saved.headers.get('location')).toBe(`/schedules#${id}`);
    expect((await listed())[0]).toMatchObject({
      cron: '0 5 * * *',
      timeZone: 'UTC',
      priority: 0,
      timeoutMs: 600_000,
    });
    expect((await web.request('/schedules/none/edit', { headers: NAVIGATION })).status).toBe(404);
  });
});
