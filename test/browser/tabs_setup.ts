import { afterEach } from 'bun:test';
import type { Page } from 'playwright-core';
import { closePages } from '../support/browser.ts';
import { startBusyServer } from '../support/busy_server.ts';
import { until } from '../support/wait.ts';

export type BusyServer = Awaited<ReturnType<typeof startBusyServer>>;

export const busyServers: BusyServer[] = [];

export const busy = async (busyness: Parameters<typeof startBusyServer>[0]) => {
  const server = await startBusyServer(busyness);
  busyServers.push(server);
  return server;
};

export const liveText = (page: Page, id: string) => page.locator(`#live-${id}`).textContent();

/** What it shows changes twice, so it is not only the first event that arrived. */
export const isLive = async (page: Page, id: string) => {
  for (const time of ['once', 'twice']) {
    const before = await liveText(page, id);
    await until(`the tab moves ${time}`, async () => (await liveText(page, id)) !== before);
  }
};

/** Every test file that imports from here calls it at its beginning. */
export function registerHooks(): void {
  afterEach(async () => {
    await closePages();
    for (const server of busyServers.splice(0)) await server.end();
  });
}
