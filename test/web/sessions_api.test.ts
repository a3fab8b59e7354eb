import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';
import { testClock } from '../support/clock.ts';

afterAll(closeApps);

let web: TestApp;
beforeAll(async () => {
  const clock = testClock();
  web = await setupApp({}, { clock });
  for (const sessionId of ['morning', 'evening', 'evening']) {
    await web.tracker.enqueue('embed', {}, { sessionId });
    // Sessions that were used in the same millisecond have no order.
    await clock.advance(1_000);
  }
});

const get = (query: string, accept: string) =>
  web.request(`/api/sessions${query}`, { headers: { accept } });

describe('G11: GET /api/sessions', () => {
  test('gives the sessions as JSON, the one used last first', async () => {
    const response = await get('', 'application/json');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      sessions: [
        { id: 'evening', jobs: 2, byStatus: { queued: 2 }, lastJobAt: expect.any(String) },
        { id: 'morning', jobs: 1, byStatus: { queued: 1 }, lastJobAt: expect.any(String) },
      ],
    });
  });

  test('gives a table as HTML and as plain text', async () => {
    const html = await (await get('', 'text/html')).text();
    expect(html).toStartWith('<table');
    expect(html).toContain('href="/sessions/evening"');
    const lines = (await (await get('', 'text/plain')).text()).trim().split('\n');
    expect(lines[0]).toMatch(/^SESSION +JOBS +STATUSES +LAST JOB$/);
    expect(lines[1]).toMatch(/^evening +2 +2 queued +/);
  });

  test('has a limit from 1 to 1,000', async () => {
    const { sessions } = (await (await get('?limit=1', 'application/json')).json()) as never;
    expect(sessions).toHaveLength(1);
    for (const query of ['?limit=0', '?limit=1001', '?limit=x']) {
      expect((await get(query, 'application/json')).status).toBe(422);
    }
  });

  test('says that there are none', async () => {
    const empty = await setupApp();
    const answer = async (accept: string) =>
      (await empty.request('/api/sessions', { headers: { accept } })).text();
    expect(await answer('text/plain')).toBe('No sessions.\n');
    expect(await answer('application/json')).toBe('{"sessions":[]}');
    expect(await answer('text/html')).toContain('No sessions yet.');
  });
});
