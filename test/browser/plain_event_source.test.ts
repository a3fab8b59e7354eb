import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, openPage } from '../support/browser.ts';
import { startBusyServer } from '../support/busy_server.ts';
import { until } from '../support/wait.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);

/** What somebody writes who knows the address and nothing else. */
const PLAIN_PAGE = `<!doctype html><title>Plain</title><main></main><script>
  new EventSource('/api/jobs/stream').addEventListener('jobs', ({ data }) => {
    document.querySelector('main').innerHTML = data;
  });
</script>`;

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
