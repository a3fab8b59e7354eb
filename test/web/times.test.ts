/** Pages show times in the reader's time zone or how long ago something was, and the exact one as a tooltip. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { closeApps, setupApp, type TestApp } from '../support/app.ts';

afterAll(closeApps);

let web: TestApp;
let jobId: string;
beforeAll(async () => {
  web = await setupApp({ XGPT_PRIVATE_WEBHOOKS: 'on' });
  const { webhook } = await web.webhooks.add({ url: 'http://127.0.0.1:9/' });
  const at = new Date(Date.now() - 90_000);
  const delivery = { eventId: 'msg_1', event: 'job.failed', jobId: 'deliver-1', attempt: 1, at };
  await web.webhooks.store.record(webhook.id, { ...delivery, tookMs: 1, error: 'No.' });
  const ended = await web.webhooks.add({ url: 'http://127.0.0.1:9/ended' });
  await web.webhooks.store.end(ended.webhook.id, 'gone');
  const input = { username: 'aurora_lab' };
  await web.schedules.add({ type: 'scrape', input, cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
  await web.tracker.pauseType('embed');
  await web.tracker.pauseSource('sample');
  await web.tracker.enqueue('search', { query: 'jazz' }, { runAt: new Date(Date.now() + 9e7) });
  const job = await web.tracker.createJob('scrape');
  await job.updateProgress(1, 2, 'Working');
  await web.tracker.completeJob(job.jobId, false, 'It failed.');
  jobId = job.jobId;
});

/** The text of a page, without its times and without what has a label that names the time zone. */
function textBesideTimes(html: string): string {
  const [, main = ''] = /<main[^>]*>([\s\S]*)<\/main>/.exec(html) ?? [];
  return (
    main
      .replaceAll(/<(script|noscript|label|time)\b[\s\S]*?<\/\1>/g, '')
      .replaceAll(/<[^>]+>/g, ' ')
      // It names its own zone.
      .replaceAll(/every night at 03:00\s+\(Europe\/Berlin\)/g, '')
  );
}

test.each(['/workers', '/webhooks', '/audit?automatic=true', '/schedules', '/jobs', '/jobs/:id'])(
  '%s shows no time in UTC beside those in the reader’s zone, and has the exact ones as tooltips',
  async (path) => {
    const html = await (await web.request(path.replace(':id', jobId))).text();
    expect(textBesideTimes(html)).not.toMatch(/\d\d:\d\d|\bUTC\b/);
    const times = [...html.matchAll(/<time [^>]*data-clock="(?:relative|local|zoned)"[^>]*>/g)];
    expect(times.length).toBeGreaterThan(0);
    for (const [time] of times) {
      expect(time).toMatch(/datetime="\d{4}-\d\d-\d\dT[^"]*Z"/);
      expect(time).toMatch(/title="\d+ \w+ \d{4}, \d\d:\d\d:\d\d(\.\d{3})? UTC"/);
    }
  },
);
