import type { Area, AreaCase } from '../area.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

const URL = 'https://hooks.example/xgpt';

async function none({ database }: RecordedApp): Promise<undefined> {
  database.run('DELETE FROM webhooks');
}

/** One webhook, which has got an event at the second attempt. */
async function one(web: RecordedApp): Promise<Record<string, string>> {
  await none(web);
  const { store } = web.webhooks;
  const { webhook } = await store.add({
    url: URL,
    events: ['completed', 'failed'],
    types: ['scrape'],
  });
  const at = new Date();
  const delivery = { eventId: 'msg_1', event: 'job.completed', jobId: 'deliver-1', at, tookMs: 12 };
  await store.record(webhook.id, {
    ...delivery,
    attempt: 1,
    status: 503,
    error: 'The receiver answered 503.',
  });
  await store.record(webhook.id, { ...delivery, attempt: 2, status: 204 });
  return { webhook: webhook.id };
}

async function paused(web: RecordedApp): Promise<Record<string, string>> {
  const given = await one(web);
  await web.webhooks.pause(given.webhook as string);
  return given;
}

async function ended(web: RecordedApp): Promise<Record<string, string>> {
  const given = await one(web);
  await web.webhooks.store.end(given.webhook as string, 'gone');
  return given;
}

const ADD = 'POST /api/webhooks';
const TEST = 'POST /api/webhooks/:id/test';
const PAUSE = 'POST /api/webhooks/:id/pause';
const RESUME = 'POST /api/webhooks/:id/resume';
const READ = 'GET /api/webhooks/:id';
const DELETE = 'DELETE /api/webhooks/:id';
const REMOVE = 'POST /api/webhooks/:id/remove';

const add = (name: string, fields: unknown): AreaCase => ({
  name: `add: ${name}`,
  route: ADD,
  given: none,
  fields,
});

/** Programs that are told when jobs end. */
export const webhooks: Area = {
  name: 'webhooks',
  setup: () => emptyApp(),
  changes: true,
  cases: [
    { name: 'none', route: 'GET /api/webhooks', given: none },
    { name: 'one', route: 'GET /api/webhooks', given: one },
    { name: 'read', route: READ, given: one, params: ['{webhook}'] },
    { name: 'read: unknown', route: READ, given: none, params: ['wh_none'] },
    { name: 'page without any', route: 'GET /webhooks', given: none, formats: ['browser'] },
    { name: 'page', route: 'GET /webhooks', given: one, formats: ['browser'] },
    add('all defaults', { url: URL }),
    add('by type and event', { url: URL, events: 'failed,exhausted', types: 'scrape, search' }),
    { ...add('an equal one', { url: URL, types: 'scrape' }), given: one },
    add('no address', {}),
    add('no event', { url: URL, events: [] }),
    add('a private address', { url: 'http://192.168.1.4/hook' }),
    add('this machine', { url: 'http://localhost:8080/hook' }),
    add('no web address', { url: 'ftp://hooks.example/' }),
    add('unknown type', { url: URL, types: 'scrape, crawl' }),
    add('unknown event', { url: URL, events: 'started', types: '-' }),
    { name: 'test', route: TEST, given: one, params: ['{webhook}'] },
    { name: 'test: paused', route: TEST, given: paused, params: ['{webhook}'] },
    { name: 'test: ended', route: TEST, given: ended, params: ['{webhook}'] },
    { name: 'pause', route: PAUSE, given: one, params: ['{webhook}'] },
    { name: 'pause: ended', route: PAUSE, given: ended, params: ['{webhook}'] },
    { name: 'resume: ended', route: RESUME, given: ended, params: ['{webhook}'] },
    { name: 'pause: unknown', route: PAUSE, given: none, params: ['wh_none'] },
    { name: 'resume', route: RESUME, given: paused, params: ['{webhook}'] },
    { name: 'resume: unknown', route: RESUME, given: none, params: ['wh_none'] },
    { name: 'test: unknown', route: TEST, given: none, params: ['wh_none'] },
    { name: 'delete', route: DELETE, given: one, params: ['{webhook}'] },
    { name: 'delete: unknown', route: DELETE, given: none, params: ['wh_none'] },
    { name: 'remove', route: REMOVE, given: one, params: ['{webhook}'] },
    { name: 'remove: unknown', route: REMOVE, given: none, params: ['wh_none'] },
  ],
};
