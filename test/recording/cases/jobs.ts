import type { Area, AreaCase } from '../area.ts';
import { ALL_FORMATS } from '../case.ts';
import { fullApp } from '../world.ts';

const NAMES = [
  'running',
  'queued',
  'busy',
  'cancelling',
  'stopped',
  'broken',
  'stepwise',
  'search',
  'discover',
  'tracked-failed',
  'tracked-done',
];

const FILTERS: [what: string, query: string][] = [
  ['no filter', ''],
  ['by status', '?status=failed'],
  ['by failure', '?failure=permanent'],
  ['by type', '?type=search'],
  ['by session', '?session=evening'],
  ['by a word', '?q=credentials'],
  ['by time span', '?since=2026-02-03T11:50:00Z&until=2026-02-03T11:59:00'],
  ['the first three', '?limit=3'],
  ['no match', '?q=nothing-like-it'],
  ['blank filters are ignored', '?status=&type=&q=+&limit='],
];

export const WRONG_FILTERS: [what: string, query: string][] = [
  ['unknown status', '?status=finished'],
  ['unknown failure', '?failure=odd'],
  ['failure with a status other than failed', '?status=completed&failure=permanent'],
  ['type too long', `?type=${'x'.repeat(201)}`],
  ['session too long', `?session=${'x'.repeat(201)}`],
  ['words too long', `?q=${'x'.repeat(201)}`],
  ['invalid since', '?since=yesterday'],
  ['invalid until', '?until=tomorrow'],
  ['limit 0', '?limit=0'],
  ['limit above the maximum', '?limit=1001'],
  ['invalid cursor', '?cursor=x'],
  ['invalid newer cursor', '?newer=x'],
  ['several invalid parameters', '?status=x&limit=x&cursor=x'],
];

const lists: AreaCase[] = [...FILTERS, ...WRONG_FILTERS].map(([what, query]) => ({
  name: `list jobs: ${what}`,
  route: 'GET /api/jobs',
  query,
  formats: query === '' ? ALL_FORMATS : ['json', 'text'],
}));

const sessions: AreaCase[] = [
  { name: 'jobs of a session', params: ['evening'] },
  { name: 'jobs of a session: first page', params: ['morning'], query: '?limit=1' },
  { name: 'jobs of a session: unknown session', params: ['nobody'] },
  ...WRONG_FILTERS.map(([what, query]) => ({
    name: `jobs of a session: ${what}`,
    params: ['evening'],
    query,
    formats: ['json', 'text'] as const,
  })),
].map((each) => ({ ...each, route: 'GET /api/sessions/:id/jobs' }));

const sessionLists: AreaCase[] = [
  ['all', ''],
  ['the first', '?limit=1'],
  ['limit 0', '?limit=0'],
  ['limit above the maximum', '?limit=1001'],
].map(([what, query]) => ({
  name: `list sessions: ${what}`,
  route: 'GET /api/sessions',
  query: query as string,
  formats: query === '' ? ALL_FORMATS : ['json', 'text'],
}));

const single: AreaCase[] = NAMES.map((name) => ({
  name: `read a job: ${name}`,
  route: 'GET /api/jobs/:id',
  params: [`{${name}}`],
}));

const logs: AreaCase[] = [
  { name: 'read a log', params: ['{stepwise}'] },
  { name: 'read a log: one line', params: ['{broken}'] },
  { name: 'read a log: empty', params: ['{queued}'] },
  { name: 'read a log: from a position', params: ['{stepwise}'], query: '?position=10' },
  { name: 'read a log: position past the end', params: ['{stepwise}'], query: '?position=9999' },
  { name: 'read a log: download', params: ['{stepwise}'], query: '?download=1' },
  { name: 'read a log: negative position', params: ['{stepwise}'], query: '?position=-1' },
  { name: 'read a log: position is not a number', params: ['{stepwise}'], query: '?position=all' },
].map((each) => ({ ...each, route: 'GET /api/jobs/:id/log' }));

/** Reading jobs, in every status. */
export const jobs: Area = {
  name: 'jobs',
  setup: fullApp,
  cases: [...lists, ...sessionLists, ...sessions, ...single, ...logs],
};
