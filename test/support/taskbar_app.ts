import { afterAll, beforeAll } from 'bun:test';
import type { Page } from 'playwright-core';
import { type Job, PermanentError, type QueuedJobContext } from '../../src/jobs/index.ts';
import type { TaskbarChoice } from '../../src/text/taskbar_state.ts';
import { openPage } from './browser.ts';
import { closeStagedApps, type StagedApp, standStill, startStagedApp } from './staged_app.ts';
import { until } from './wait.ts';

/** An app whose scrapes the test makes progress and end, and pages with its taskbar. */
export function taskbarApp() {
  let app: StagedApp;
  /** Running handlers by user. */
  const handlers = new Map<string, { job: QueuedJobContext; end(result: unknown): void }>();

  beforeAll(async () => {
    app = await startStagedApp(async ({ username }, job) => {
      if (username === 'broken') {
        throw new PermanentError(`The source refused the credentials, attempt ${job.attempt}.`);
      }
      const { promise, resolve } = Promise.withResolvers<unknown>();
      handlers.set(username, { job, end: resolve });
      return Promise.race([promise, standStill(undefined, job)]);
    });
  });
  afterAll(closeStagedApps);

  return {
    get app() {
      return app;
    },

    /** A scrape that has begun. */
    async running(username: string): Promise<Job> {
      const { id } = await app.scrape(username);
      await until(`${id} has begun`, () => app.tracker.getJob(id)?.progress.message);
      return app.reaches(id, 'running');
    },

    /** The handler of a user's scrape. */
    worker(username: string) {
      const found = handlers.get(username);
      if (!found) throw new Error(`No scrape of @${username} is running.`);
      return found;
    },

    /** A page with an empty taskbar, whatever earlier tests left; `choice` as if the reader made it. */
    async open(path = '/find', options = {}, choice: TaskbarChoice = 'open') {
      for (const { id } of app.tracker.getAllJobs()) {
        await app.tracker.removeJob(id, { force: true });
      }
      const opened = await openPage(options);
      await opened.page.goto(app.url + path);
      await opened.page.locator('#taskbar').evaluate((taskbar, choice) => {
        taskbar.dataset.choice = choice;
      }, choice);
      return opened;
    },
  };
}

/** Waits until the taskbar shows the job with that status. */
export const shows = (page: Page, id: string, status: string) =>
  page.locator(`#job-${id}[data-status="${status}"]`).waitFor();

/** Waits until the element with that id, or one in it, has the focus. */
export const isAt = (page: Page, id: string) =>
  until(`the focus is at ${id}`, async () => {
    return (await page.evaluate(() => document.activeElement?.closest('[id]')?.id)) === id;
  });
