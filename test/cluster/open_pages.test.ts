import { afterAll, expect, setDefaultTimeout, test } from 'bun:test';
import { closeBrowser, openPage } from '../support/browser.ts';
import { type PostgresServer, startPostgres } from '../support/postgres/server.ts';
import { stopServers, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { startWebNode } from './nodes.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);

let server: PostgresServer | undefined;

afterAll(async () => {
  await closeBrowser();
  await stopServers();
  await server?.stop();
});

const OUTAGES = 3;

const USERS = ['aurora_lab', 'mira_orbits', 'deep_sky_dan', 'tidal_lock'];

async function open(node: TestServer, path: string) {
  const { page } = await openPage();
  await page.goto(node.url + path);
  const part = page.locator('section[hx-trigger*="jobs-changed"]').first();
  return {
    page,
    notice: page.locator('#notices .notice'),
    part: `#${await part.getAttribute('id')}`,
  };
}

test('FEATURES 55: open pages of each server say that PostgreSQL is away, and are whole again when it is back', async () => {
  server = await startPostgres();
  const env = { XGPT_DATABASE_URL: server.address, XGPT_SAMPLE_PAGE_MS: '400' };
  const cluster = { address: server.address, env };
  const nodes = [await startWebNode(cluster), await startWebNode(cluster)] as const;
  const start = (username: string) => nodes[0].start('scrape', { username });
  // More run than a narrow taskbar shows, and one has ended.
  const ended = await start('kip_reads');
  await nodes[0].ended(ended.id);
  const tabs = await Promise.all(
    nodes.flatMap((node) =>
      ['/jobs', '/workers', `/jobs/${ended.id}`].map((path) => open(node, path)),
    ),
  );
  for (let outage = 0; outage < OUTAGES; outage++) {
    // While PostgreSQL is away, no stream begins.
    for (const node of nodes) {
      await until('it can write, and its pages are live', async () => {
        const { status, watchers } = await node.json<{ status: string; watchers: number }>(
          '/healthz',
        );
        return status === 'ok' && watchers === tabs.length / nodes.length;
      });
    }
    await Promise.all(USERS.map(start));
    const { page: late } = await openPage();
    await server.restart(async () => {
      await Promise.all(tabs.map(({ notice }) => notice.first().waitFor()));
      await late.goto(`${nodes[1].url}/jobs`);
      await late.getByText('Error 503').waitFor();
    });
    await late.locator(`#row-${ended.id}`).waitFor();
    await late.close();
    for (const { page, notice, part } of tabs) {
      await notice.first().waitFor({ state: 'detached' });
      await page.locator(`section${part} .result.error`).waitFor({ state: 'detached' });
      expect(await page.locator(`section${part}`).textContent()).toMatch(/\w{3}/);
    }
  }
});
