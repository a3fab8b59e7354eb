import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Job } from '../../src/jobs/index.ts';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startBusyServer } from '../support/busy_server.ts';
import { startServer, stopServers } from '../support/server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);

/** What somebody writes who knows the address and nothing else. */
const PLAIN_PAGE = `<!doctype html><title>Plain</title><main></main><script>
  const seen = [];
  new EventSource('/api/jobs/stream').addEventListener('jobs', ({ data }) => {
    document.querySelector('main').innerHTML = data;
    const [count = '0'] = /[\\d,]+(?= \\/ 1,000)/.exec(document.body.innerText) ?? [];
    seen.push({ at: Date.now(), count: Number(count.replace(',', '')) });
  });
</script>`;

/** How late its events may be on a machine that is busy, in ms. */
const SLACK_MS = 750;

test('G1: a page that handles only `jobs` events is at most a second behind a scrape of 1,000 posts', async () => {
  const server = await startServer(undefined, { XGPT_SAMPLE_PAGE_MS: '150' });
  const { page, context } = await openPage();
  try {
    await page.route('**/plain', (route) =>
      route.fulfill({ contentType: 'text/html', body: PLAIN_PAGE }),
    );
    await page.goto(`${server.url}/plain`);
    const json = { accept: 'application/json', 'content-type': 'application/json' };
    const body = JSON.stringify({ username: 'aurora_lab', maxTweets: 1_000 });
    const started = await fetch(`${server.url}/api/scrape`, {
      method: 'POST',
      headers: json,
      body,
    });
    const { job } = (await started.json()) as { job: { id: string } };

    const truth: { at: number; count: number }[] = [];
    await until('the job ends', async () => {
      const answer = await fetch(`${server.url}/api/jobs/${job.id}`, { headers: json });
      const { status, progress } = ((await answer.json()) as { job: Job }).job;
      if (status === 'running') truth.push({ at: Date.now(), count: progress.current });
      return status === 'completed';
    });
    const seen = await page.evaluate<typeof truth>('seen');
    expect(truth.length).toBeGreaterThan(10);
    expect(new Set(seen.map(({ count }) => count)).size).toBeGreaterThan(4);
    const outdated = truth.filter(({ at, count }) => {
      const shown = seen.findLast((event) => event.at <= at + 1_000 + SLACK_MS);
      // A card that has ended shows its result.
      const hasEnded = seen.at(-1) === shown;
      return !hasEnded && (shown?.count ?? 0) < count;
    });
    expect(outdated).toEqual([]);
  } finally {
    await context.close();
  }
});

test('FEATURES 6: a page that handles only `jobs` events is up to date when nothing progresses', async () => {
  const server = await startBusyServer({ jobs: 3, perSecond: 50 });
  const { page, context } = await openPage();
  try {
    await page.route('**/plain', (route) =>
      route.fulfill({ contentType: 'text/html', body: PLAIN_PAGE }),
    );
    await page.goto(`${server.url}/plain`);
    const [cancelled = '', ...others] = server.ids;
    const stateOf = (id: string) => page.locator(`#job-${id}`).getAttribute('data-status');
    const shown = (id: string) => page.locator(`#live-${id} p`).textContent();

    await fetch(`${server.url}/api/jobs/${cancelled}/cancel`, { method: 'POST' });
    await until('the page shows it ended', async () => (await stateOf(cancelled)) === 'cancelled');
    server.rest();

    for (const id of others) {
      expect(await stateOf(id)).toBe('running');
      await until('the page shows the last progress', async () => {
        const { message } = (await server.job(id)).progress;
        return (await shown(id)) === message;
      });
    }
  } finally {
    await context.close();
    await server.end();
  }
});
