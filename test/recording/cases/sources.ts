import { createHarbour } from '../../support/harbour_source.ts';
import type { Area, AreaCase } from '../area.ts';
import { emptyApp, type RecordedApp } from '../world.ts';

const setup = () => emptyApp({}, undefined, (live) => [createHarbour(live).source]);

const PASSWORD = { method: 'password', name: 'ada.example', password: 'tide-4711-gull' };
const KEY = { method: 'key', key: 'KEY-9f3c-paid-0042' };

const VALUES = {
  name: 'ada.example',
  password: 'tide-4711-gull',
  server: 'https://harbour.example',
};

async function unconnected({ connections, database }: RecordedApp): Promise<undefined> {
  await connections.credentials.remove('harbour');
  database.run('DELETE FROM source_budgets');
}

async function connected(web: RecordedApp): Promise<undefined> {
  await unconnected(web);
  await web.connections.credentials.replace('harbour', 'password', VALUES);
}

async function paid(web: RecordedApp): Promise<undefined> {
  await unconnected(web);
  await web.connections.credentials.replace('harbour', 'key', { key: KEY.key });
  await web.connections.budgets.setCap('harbour', 250);
  await (await web.connections.budgets.reserve('harbour', 120, 1)).settle(100);
}

const CREDENTIALS = 'POST /api/sources/:name/credentials';
const BUDGET = 'POST /api/sources/:name/budget';

const on = (
  name: string,
  route: string,
  given: AreaCase['given'],
  fields?: unknown,
  source = 'harbour',
): AreaCase => ({ name, route, given, params: [source], ...(fields !== undefined && { fields }) });

/** Sources that are connected, tested, paid for and disconnected. */
export const sources: Area = {
  name: 'sources',
  setup,
  cases: [
    { name: 'list', route: 'GET /api/sources', given: connected },
    { name: 'page', route: 'GET /sources', given: unconnected, formats: ['browser'] },
    { name: 'page with a budget', route: 'GET /sources', given: paid, formats: ['browser'] },
    on('connect', CREDENTIALS, unconnected, PASSWORD),
    on('connect: replace', CREDENTIALS, connected, KEY),
    on('connect: invalid fields', CREDENTIALS, unconnected, { ...PASSWORD, password: 'short' }),
    on('connect: no method', CREDENTIALS, unconnected, {}),
    on('connect: unknown source', CREDENTIALS, unconnected, PASSWORD, 'nowhere'),
    on('connect: takes none', CREDENTIALS, unconnected, PASSWORD, 'sample'),
    {
      ...on('connect: malformed JSON', CREDENTIALS, unconnected),
      body: () => '{"key": KEY-9f3c',
      headers: { 'content-type': 'application/json' },
    },
    on('test: passed', 'POST /api/sources/:name/test', connected),
    on('test: not connected', 'POST /api/sources/:name/test', unconnected),
    on('test: unknown source', 'POST /api/sources/:name/test', unconnected, undefined, 'nowhere'),
    on('remove', 'POST /api/sources/:name/credentials/remove', connected),
    on(
      'remove: unknown source',
      'POST /api/sources/:name/credentials/remove',
      connected,
      undefined,
      'nowhere',
    ),
    on('delete', 'DELETE /api/sources/:name/credentials', connected),
    on(
      'delete: unknown source',
      'DELETE /api/sources/:name/credentials',
      connected,
      undefined,
      'nowhere',
    ),
    on('budget: set', BUDGET, paid, { posts: '500' }),
    on('budget: reset', BUDGET, paid, { reset: '1' }),
    on('budget: invalid', BUDGET, paid, { posts: '-1' }),
    on('budget: nothing is paid', BUDGET, paid, { posts: '5' }, 'sample'),
  ],
};
