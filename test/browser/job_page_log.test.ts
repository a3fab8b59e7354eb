import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { closeBrowser, closePages, openPage } from '../support/browser.ts';
import { logEvents } from '../support/log_events.ts';
import { withoutTimes } from '../support/log_text.ts';
import { startLogWriter, writtenLines } from '../support/log_writer.ts';
import { lastingPort } from '../support/port.ts';
import { startServer, stopServers, type TestServer } from '../support/server.ts';
import { closeStagedApps } from '../support/staged_app.ts';
import { until } from '../support/wait.ts';
import { ends, reconnects, recordLog, shown, showsEnd } from './job_page_setup.ts';

// Chromium is slow on a machine that is busy.
setDefaultTimeout(300_000);
afterAll(closeBrowser);
afterAll(stopServers);
afterAll(closeStagedApps);
afterEach(closePages);

describe('a log that another process writes', () => {
  let server: TestServer;

  const restart = async () => {
    await server.end('SIGKILL');
    server = await startServer(server.dataDir, { PORT: new URL(server.url).port });
  };

  test('at 200 lines/s is followed to the end, across a restart and three forced reconnects', async () => {
    server = await startServer(undefined, { PORT: lastingPort() });
    const writer = await startLogWriter({ dataDir: server.dataDir, lines: 1_600, perSecond: 200 });
    const { page, context } = await openPage();
    await recordLog(context);
    await page.goto(`${server.url}/jobs/${writer.id}`);
    writer.begin();
    const has = (line: number) =>
      until(`line ${line} is there`, async () => (await shown(page)).includes(`line ${line} `));
    for (const line of [250, 500, 750]) {
      await has(line);
      await reconnects(page);
    }
    await has(1_000);
    await restart();
    await ends(page, writtenLines(1_600).slice(-60));
    expect(await shown(page)).toBe(writtenLines(1_600));
    await showsEnd(page);
    await writer.end();
  });

  test('at 1,000 lines/s is complete in two browsers and a plain client, across three restarts', async () => {
    server = await startServer(undefined, { PORT: lastingPort() });
    const writer = await startLogWriter({
      dataDir: server.dataDir,
      lines: 5_000,
      perSecond: 1_000,
    });
    const pages: Page[] = [];
    for (let browser = 0; browser < 2; browser++) {
      const { page, context } = await openPage();
      await recordLog(context);
      await page.goto(`${server.url}/jobs/${writer.id}`);
      pages.push(page);
    }
    const last = writtenLines(5_000).slice(-60);
    const bare = followAsCurl(() => server.url, writer.id, last);
    writer.begin();
    for (const line of [500, 1_500, 2_500]) {
      await until(`line ${line} is there`, () => bare.text().includes(`line ${line} `));
      await restart();
    }
    await bare.end;
    for (const page of pages) await ends(page, last);
    expect(bare.text()).toBe(writtenLines(5_000));
    for (const page of pages) expect(await shown(page)).toBe(writtenLines(5_000));
    // However long it is, the page keeps the newest 2,000 and says so.
    const kept = withoutTimes((await pages[0]?.locator('#log-lines').textContent()) ?? '');
    expect(kept).toEndWith(last);
    expect(kept.split('\n').length - 1).toBeGreaterThanOrEqual(2_000);
    expect(kept.split('\n').length - 1).toBeLessThanOrEqual(2_200);
    expect(await pages[0]?.locator('#log-cut').isVisible()).toBe(true);
    await writer.end();
  });

  /** Reads the stream as `curl -N` does, and again from where it was when it breaks. */
  function followAsCurl(url: () => string, id: string, last: string) {
    let text = '';
    let position = 0;
    const end = (async () => {
      while (!text.endsWith(last)) {
        try {
          const stream = logEvents(await fetch(`${url()}/api/jobs/stream?log=${id}@${position}`));
          for (;;) {
            const known = stream.parts.length;
            await stream.until(() => stream.parts.length > known);
            for (const part of stream.parts.slice(known)) {
              text += withoutTimes(part.text);
              position = part.position;
            }
            if (text.endsWith(last)) return stream.leave();
          }
        } catch {
          // The server is being started again.
          await Bun.sleep(50);
        }
      }
    })();
    return { text: () => text, end };
  }
});
