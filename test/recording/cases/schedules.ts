import type { Area, AreaCase } from '../area.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

const NIGHTLY = {
  type: 'scrape',
  username: 'aurora_lab',
  every: 'night',
  timeZone: 'Europe/Berlin',
};

type Given = NonNullable<AreaCase['given']>;

async function none({ database, tracker, forgetPresses }: RecordedApp): Promise<undefined> {
  database.run('DELETE FROM schedules');
  for (const { id } of tracker.getAllJobs()) await tracker.removeJob(id, { force: true });
  forgetPresses();
}

const scheduled: Given = async (web) => {
  await none(web);
  const { schedules } = web;
  const input = { username: 'aurora_lab' };
  const zone = { timeZone: 'Europe/Berlin' };
  const nightly = await schedules.add({ type: 'scrape', input, cron: '0 3 * * *', ...zone });
  return { nightly: nightly.id };
};

const paused: Given = async (web) => {
  const ids = await scheduled(web);
  await web.schedules.pause(ids?.nightly ?? '');
  return ids;
};

/** With a run of each kind, of which one was late. */
const busy: Given = async (web) => {
  const ids = await scheduled(web);
  const id = ids?.nightly ?? '';
  const { id: job } = await web.schedules.runNow(id);
  const at = web.tracker.getJob(job)?.createdAt.getTime() ?? 0;
  const add = web.database.query(
    `INSERT INTO schedule_runs (schedule_id, due, at, outcome, job_id, message, delay, missed_since)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const hour = 3_600_000;
  add.run(
    id,
    at - 9 * hour,
    at - 4 * hour,
    'started',
    'scrape-gone',
    null,
    'stopped',
    at - 57 * hour,
  );
  add.run(id, at - 2 * hour, at - 2 * hour, 'skipped', job, null, null, null);
  add.run(
    id,
    at - hour,
    at - hour,
    'refused',
    null,
    'Too many jobs of this type were waiting.',
    null,
    null,
  );
  return { ...ids, job };
};

const lost: Given = async (web) => {
  const ids = await scheduled(web);
  // Since yesterday.
  web.database.run("UPDATE schedules SET type = 'crawl', next_due = next_due - 86400000");
  return ids;
};

const ADD = 'POST /api/schedules';

const PREVIEW = 'GET /api/schedules/preview';

const EDIT = 'PATCH /api/schedules/:id';

const CHANGES = ['pause', 'resume', 'run', 'remove'] as const;

const on = (name: string, route: string, given: Given, id = '{nightly}'): AreaCase => ({
  name,
  route,
  given,
  params: [id],
});

/** Schedules that are added, listed, paused, run by hand and removed. */
export const schedules: Area = {
  name: 'schedules',
  setup: emptyApp,
  cases: [
    { name: 'list: none', route: 'GET /api/schedules', given: none },
    { name: 'list', route: 'GET /api/schedules', given: busy },
    { name: 'list: type is gone', route: 'GET /api/schedules', given: lost },
    { name: 'page: none', route: 'GET /schedules', given: none, formats: ['browser'] },
    { name: 'page', route: 'GET /schedules', given: busy, formats: ['browser'] },
    { name: 'add', route: ADD, given: none, fields: NIGHTLY },
    {
      name: 'add: weekly, unknown field',
      route: ADD,
      given: none,
      fields: { ...NIGHTLY, every: 'week', day: 'friday', at: '09:30', colour: 'blue' },
    },
    {
      name: 'add: everything wrong',
      route: ADD,
      given: none,
      fields: { ...NIGHTLY, username: '!!', cron: '0 0 30 2 *', every: 'cron', timeZone: 'Mars' },
    },
    { name: 'add: unknown type', route: ADD, given: none, fields: { ...NIGHTLY, type: 'crawl' } },
    { name: 'add: no type', route: ADD, given: none, fields: { every: 'night' } },
    on('one', 'GET /api/schedules/:id', busy),
    on('one: missing', 'GET /api/schedules/:id', none, 'nightly'),
    ...CHANGES.flatMap((change) => [
      on(change, `POST /api/schedules/:id/${change}`, change === 'resume' ? paused : scheduled),
      on(`${change}: missing`, `POST /api/schedules/:id/${change}`, none, 'nightly'),
    ]),
    { name: 'add: contradiction', route: ADD, given: none, fields: { ...NIGHTLY, cron: '@daily' } },
    {
      name: 'add: priority and time limit',
      route: ADD,
      given: none,
      fields: { ...NIGHTLY, priority: '5', timeoutMs: '3600000' },
    },
    { name: 'preview', route: PREVIEW, given: none, query: '?every=week&at=18:00&timeZone=UTC' },
    { name: 'preview: never due', route: PREVIEW, given: none, query: '?cron=0+0+30+2+*' },
    { ...on('edit', EDIT, scheduled), fields: { at: '04:30', priority: '5' } },
    { ...on('edit: contradiction', EDIT, scheduled), fields: { every: 'hour', at: '04:30' } },
    { ...on('edit: missing', EDIT, none, 'nightly'), fields: { at: '04:30' } },
    {
      ...on('edit form', 'POST /api/schedules/:id/edit', scheduled),
      fields: { every: 'hour', colour: 'blue' },
    },
    { ...on('edit page', 'GET /schedules/:id/edit', scheduled), formats: ['browser'] },
    { ...on('edit page: missing', 'GET /schedules/:id/edit', none, 'x'), formats: ['browser'] },
    on('run: active', 'POST /api/schedules/:id/run', busy),
    on('run: type is gone', 'POST /api/schedules/:id/run', lost),
    on('delete', 'DELETE /api/schedules/:id', scheduled),
    on('delete: missing', 'DELETE /api/schedules/:id', none, 'nightly'),
  ],
};
