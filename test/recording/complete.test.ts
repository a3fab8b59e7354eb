import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { AREAS } from './cases/index.ts';
import { recordedStatuses } from './recorded_file.ts';
import { closeRecordedApps, emptyApp } from './world.ts';

afterAll(closeRecordedApps);

/** Every route of the app, without the names of parameters. */
let routes: string[];

/** Route → recorded statuses. */
const recorded = new Map<string, number[]>();

beforeAll(async () => {
  const { app } = await emptyApp({ XGPT_TOKEN: 'a-token-of-the-test' });
  routes = app.routes.map(({ method, path }) => anonymous(`${method} ${path}`));
  for (const { name, cases } of AREAS) {
    const statuses = await recordedStatuses(name);
    for (const { name, route, method, path } of cases) {
      if (method !== undefined || path !== undefined) continue;
      const before = recorded.get(anonymous(route)) ?? [];
      recorded.set(anonymous(route), [...before, ...(statuses.get(name) ?? [])]);
    }
  }
});

function anonymous(route: string): string {
  return route.replaceAll(/:\w+/g, ':').replaceAll('*', ':');
}

describe('every route of the app', () => {
  test('has a recorded success', () => {
    const isGood = (status: number) => status < 400;
    // test/web/reading.test.ts: ids of posts and archives differ.
    const elsewhere = ['GET /posts/:/:', 'GET /media/:/:/:'];
    const others = routes.filter((route) => !elsewhere.includes(route));
    expect(others.filter((route) => !recorded.get(route)?.some(isGood))).toEqual([]);
  });

  test('has a recorded refusal', () => {
    const isRefusal = (status: number) => status >= 400;
    const open = /^GET \/(?:login|healthz|favicon|posts$|find\/new)|^POST \/logout/;
    const refusing = routes.filter((route) => !open.test(route));
    expect(refusing.filter((route) => !recorded.get(route)?.some(isRefusal))).toEqual([]);
  });

  test('with a recording still exists', () => {
    const answered = [...recorded].filter(([, statuses]) =>
      statuses.some((status) => status < 400),
    );
    expect(answered.map(([route]) => route).filter((route) => !routes.includes(route))).toEqual([]);
  });
});
