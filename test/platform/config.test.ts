import { describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidConfig, loadConfig, unknownSettings } from '../../src/platform/config.ts';
import { Postgres } from '../../src/platform/postgres/client.ts';

const ROOT = join(import.meta.dir, '../..');

test('an empty environment gives the defaults', () => {
  expect(loadConfig({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    dataDir: join(ROOT, 'data'),
    samplePageMs: 150,
    maxUploadBytes: 2048 * 1024 * 1024,
    cancelGraceMs: 10_000,
    keepFinishedMs: 86_400_000,
    concurrency: { scrape: 2, search: 2, discover: 2, embed: 1 },
    modelDir: undefined,
  });
});

test('F12: a blank value counts as absent', () => {
  for (const blank of ['', ' ', '\t  \n']) {
    const names = ['PORT', 'HOST', 'XGPT_MODEL_DIR', 'XGPT_KEEP_FINISHED_HOURS', 'XGPT_DATA_DIR'];
    const env = Object.fromEntries(
      [...names, 'XGPT_TOKEN', 'XGPT_LOG_LEVEL'].map((n) => [n, blank]),
    );
    expect(loadConfig(env)).toEqual(loadConfig({}));
    expect(() => loadConfig({ HOST: '0.0.0.0', XGPT_TOKEN: blank })).toThrow(/HOST: must be/);
  }
});

test('F12: a number is decimal digits only, with or without blanks around it', () => {
  for (const typed of [
    '0x10',
    '1e3',
    '+5',
    '-5',
    '5.',
    '.5',
    '5 h',
    '0b1',
    '1_000',
    '١',
    'Infinity',
  ]) {
    for (const name of ['PORT', 'XGPT_MAX_WAITING', 'XGPT_KEEP_FINISHED_HOURS']) {
      expect(() => loadConfig({ [name]: typed })).toThrow(`${name}: must be a`);
    }
  }
  expect(() => loadConfig({ PORT: '5.0' })).toThrow('PORT: must be a whole number');
  expect(loadConfig({ PORT: ' 080 ', XGPT_KEEP_FINISHED_HOURS: '0.5' })).toMatchObject({
    port: 80,
    keepFinishedMs: 1_800_000,
  });
});

test('F12: unknown XGPT_ variables are named, with the setting that was probably meant', () => {
  const near = (name: string) => unknownSettings({ [name]: 'x' });
  expect(near('XGPT_TOKN')).toEqual(['There is no setting XGPT_TOKN. Did you mean XGPT_TOKEN?']);
  expect(near('XGPT_DATADIR')).toEqual([expect.stringContaining('mean XGPT_DATA_DIR?')]);
  expect(near('XGPT_KEEP_FINISHED_HOUR')).toEqual([expect.stringContaining('FINISHED_HOURS?')]);
  expect(near('XGPT_token')).toEqual([expect.stringContaining('mean XGPT_TOKEN?')]);
  expect(near('XGPT_TELEPORTATION')).toEqual([expect.stringContaining('docs/configuration.md')]);
  for (const known of ['XGPT_TOKEN', 'XGPT_CODE_CACHE', 'XGPT_URL', 'PATH', 'PORTT']) {
    expect(near(known)).toEqual([]);
  }
});

test('invalid values are refused together, each with its name and value', () => {
  const load = () =>
    loadConfig({ PORT: '70000', XGPT_SAMPLE_PAGE_MS: 'soon', XGPT_LOG_LEVEL: 'loud' });
  expect(load).toThrow(InvalidConfig);
  for (const named of [
    'PORT: ',
    '"70000"',
    'XGPT_SAMPLE_PAGE_MS: ',
    '"soon"',
    'XGPT_LOG_LEVEL: ',
  ]) {
    expect(load).toThrow(named);
  }
});

test('the data folder is beside the program, whatever the working directory, unless it is set', () => {
  const script = `import { loadConfig } from '${ROOT}/src/platform/config.ts'; console.log(loadConfig({}).dataDir)`;
  const { stdout } = Bun.spawnSync([process.execPath, '-e', script], { cwd: tmpdir() });
  expect(stdout.toString()).toBe(`${join(ROOT, 'data')}\n`);
  expect(loadConfig({ XGPT_DATA_DIR: './mine' }).dataDir).toBe(resolve('mine'));
});

describe('a token', () => {
  const SECRET = 'correct-horse-battery';

  test('has at least 16 characters that a header can carry, and an invalid one is not printed', () => {
    expect(loadConfig({ XGPT_TOKEN: SECRET }).token).toBe(SECRET);
    expect(loadConfig({}).token).toBeUndefined();
    for (const XGPT_TOKEN of ['fifteen-letters', 'has a space in it ', 'schlüssel-schlüssel']) {
      const load = () => loadConfig({ XGPT_TOKEN, PORT: 'x' });
      expect(load).toThrow('XGPT_TOKEN: must be at least 16');
      expect(load).not.toThrow(XGPT_TOKEN);
    }
  });

  test('is required to listen on other addresses than loopback', () => {
    for (const HOST of ['0.0.0.0', '::', '192.168.1.2', 'example.org']) {
      expect(loadConfig({ HOST, XGPT_TOKEN: SECRET }).host).toBe(HOST);
      expect(() => loadConfig({ HOST, XGPT_HOSTS: 'nas' })).toThrow(InvalidConfig);
    }
  });
});

test('host names are a list, in any case, without scheme and port', () => {
  expect(loadConfig({ XGPT_HOSTS: 'NAS, xgpt.lan,' }).hosts).toEqual(['nas', 'xgpt.lan']);
  for (const XGPT_HOSTS of ['http://nas', 'nas:3000', '*.lan', 'nas lan', 'nas/x']) {
    expect(() => loadConfig({ XGPT_HOSTS })).toThrow(/XGPT_HOSTS: must be host names/);
  }
});

test('without a token only loopback addresses are accepted', () => {
  for (const HOST of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
    expect(loadConfig({ HOST }).host).toBe(HOST);
  }
  for (const HOST of ['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.0.0.1.example.org']) {
    expect(() => loadConfig({ HOST })).toThrow(/HOST: must be a loopback address.*XGPT_TOKEN/);
  }
});

test('proxies are addresses and ranges', () => {
  const XGPT_PROXIES = '127.0.0.1, 10.0.0.0/8,::1,FD00::/8, 0.0.0.0/0';
  expect(loadConfig({ XGPT_PROXIES }).proxies).toEqual([
    '127.0.0.1',
    '10.0.0.0/8',
    '::1',
    'fd00::/8',
    '0.0.0.0/0',
  ]);
  expect(loadConfig({}).proxies).toEqual([]);
  for (const wrong of [
    'nginx',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/0x8',
    'fe80::1%eth0',
    '*',
    '127.0.0.1:3000',
  ]) {
    expect(() => loadConfig({ XGPT_PROXIES: wrong }), wrong).toThrow(/XGPT_PROXIES: must be addr/);
  }
});

test('B4: the base path is a path without a slash at its end', () => {
  expect(loadConfig({}).basePath).toBe('');
  for (const XGPT_BASE_PATH of ['/xgpt', '/tools/x_gpt-2', '/X']) {
    expect(loadConfig({ XGPT_BASE_PATH }).basePath).toBe(XGPT_BASE_PATH);
  }
  for (const wrong of ['/', 'xgpt', '/xgpt/', '//xgpt', '/a/../b', '/a b', '/ä', '/a?b', '/a#b']) {
    const load = () => loadConfig({ XGPT_BASE_PATH: wrong });
    expect(load, wrong).toThrow(/XGPT_BASE_PATH: must be a path such as \/xgpt/);
  }
});

test('an installed package has no data folder of its own: the next installation would replace it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xgpt-package-'));
  const source = join(folder, 'node_modules/xgpt/src');
  cpSync(join(import.meta.dir, '../../src'), source, { recursive: true });
  const installed: typeof import('../../src/platform/config.ts') = await import(
    join(source, 'platform/config.ts')
  );
  expect(() => installed.loadConfig({})).toThrow('XGPT_DATA_DIR: must be set');
  expect(installed.loadConfig({ XGPT_DATA_DIR: '/srv/xgpt' }).dataDir).toBe('/srv/xgpt');
  rmSync(folder, { recursive: true });
});

describe('XGPT_READ_TOKEN', () => {
  const TOKEN = 'correct-horse-battery';
  const READ_TOKEN = 'only-look-never-touch';
  const problemOf = (env: Record<string, string>) => {
    try {
      loadConfig(env);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('is taken beside XGPT_TOKEN', () => {
    const config = loadConfig({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: READ_TOKEN });
    expect(config).toMatchObject({ token: TOKEN, readToken: READ_TOKEN });
  });

  test('must differ from it, be as long, and not stand alone; no message shows a token', () => {
    const problems = [
      problemOf({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: TOKEN }),
      problemOf({ XGPT_READ_TOKEN: READ_TOKEN }),
      problemOf({ XGPT_TOKEN: TOKEN, XGPT_READ_TOKEN: 'short' }),
    ];
    expect(problems.map((problem) => problem.split('\n').at(-1))).toEqual([
      '  XGPT_READ_TOKEN: must differ from XGPT_TOKEN',
      '  XGPT_READ_TOKEN: needs XGPT_TOKEN, because without it nobody needs a token',
      '  XGPT_READ_TOKEN: must be at least 16 letters, digits and signs, without spaces',
    ]);
    for (const problem of problems) {
      for (const token of [TOKEN, READ_TOKEN, 'short']) expect(problem).not.toContain(token);
    }
  });
});

describe('addresses of servers', () => {
  const problemOf = (env: Record<string, string>) => {
    try {
      loadConfig(env);
      return undefined;
    } catch (error) {
      return (error as Error).message.split('\n').slice(1).join('\n').trim();
    }
  };
  const SECRET = 'hunter2';

  test.each([
    'postgres://xgpt:a%40b%25c@db.lan:5432/xgpt',
    'postgresql://db.lan/xgpt?sslmode=verify-full&application_name=mine',
    'postgres://xgpt:pä"w@[fd00::1]:5432/xgpt?sslmode=Require',
  ])('%s is one of a database', (address) => {
    expect(problemOf({ XGPT_DATABASE_URL: address })).toBeUndefined();
    expect(loadConfig({ XGPT_DATABASE_URL: address }).databaseUrl).toBe(address);
  });

  test.each([
    `postgres://x:${SECRET}%@db.lan/xgpt`,
    `postgres://x:${SECRET}%zz@db.lan/xgpt`,
    `postgres://x%zz:${SECRET}@db.lan/xgpt`,
    `postgres://x:${SECRET}%00@db.lan/xgpt`,
    `postgres://x:${SECRET}@db.lan/x%zz`,
    `postgres://x:${SECRET}#1@db.lan/xgpt`,
    `postgres://x:${SECRET}/1@db.lan/xgpt`,
    `postgres://x:${SECRET}?1@db.lan/xgpt`,
    `postgres://x:${SECRET}@db.lan:0/xgpt`,
    `postgres://x:${SECRET}@db.lan:99999/xgpt`,
    `postgres://x:${SECRET}@db.lan/xgpt#main`,
    `x:${SECRET}@db.lan/xgpt`,
  ])('%s is refused with a sentence that says what to write', (address) => {
    const problem =
      'must be the address of a PostgreSQL database: postgres://user:password@host:port/database. In a user or password, write %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %';
    expect(problemOf({ XGPT_DATABASE_URL: address })).toBe(`XGPT_DATABASE_URL: ${problem}`);
    expect(() => new Postgres(address)).toThrow(`The address of the database ${problem}.`);
  });

  test.each(['XGPT_DATABASE_URL', 'XGPT_QUEUE_URL'])('%s has an sslmode that exists', (name) => {
    const address = `postgres://x:${SECRET}@db.lan/xgpt?sslmode=on`;
    expect(problemOf({ XGPT_DATABASE_URL: 'postgres://db.lan/x', [name]: address })).toBe(
      `${name}: must have one of these as its sslmode, or none: disable, allow, prefer, require, verify-ca, verify-full`,
    );
  });

  test.each([
    [`redis://:${SECRET}%zz@redis.lan`, /In a user or password, write %40 for @/],
    [`redis://:${SECRET}#1@redis.lan`, /In a user or password, write %40 for @/],
    [`redis://:${SECRET}@redis.lan/first`, /must be the address of a Redis server/],
    [`redis://:${SECRET}@redis.lan:0`, /must be the address of a Redis server/],
    [`redis://:${SECRET}@redis.lan?connectTimeout=long`, /no parameters but family=4/],
    [`postgres://x:${SECRET}%@db.lan/tickets`, /must be the address of a PostgreSQL database/],
  ])('%s is no queue server', (address, problem) => {
    const env = { XGPT_DATABASE_URL: 'postgres://db.lan/xgpt', XGPT_QUEUE_URL: address };
    expect(problemOf(env)).toMatch(problem);
    expect(problemOf(env)).not.toContain(SECRET);
  });
});

describe('XGPT_QUEUE_URL', () => {
  const database = { XGPT_DATABASE_URL: 'postgres://xgpt@db.lan:5432/xgpt' };

  for (const url of [
    'redis://redis.lan',
    'redis://:secret@10.0.0.5:6379/1',
    'redis://:s%23cret@redis.lan?family=6',
    'rediss://redis.lan:6380',
    'postgres://xgpt@db.lan:5432/tickets',
  ]) {
    test(`can be ${url}`, () => {
      expect(loadConfig({ ...database, XGPT_QUEUE_URL: url }).queueUrl).toBe(url);
    });
  }

  for (const url of ['redis.lan:6379', 'http://redis.lan', 'redis://', 'mysql://db.lan/tickets']) {
    test(`cannot be ${url}`, () => {
      expect(() => loadConfig({ ...database, XGPT_QUEUE_URL: url })).toThrow(
        /XGPT_QUEUE_URL: must be the address of a Redis server or a PostgreSQL database/,
      );
    });
  }

  test('needs XGPT_DATABASE_URL, and is not shown', () => {
    const alone = () => loadConfig({ XGPT_QUEUE_URL: 'redis://:a-secret@redis.lan' });
    expect(alone).toThrow(/XGPT_QUEUE_URL: needs XGPT_DATABASE_URL/);
    const mistyped = { XGPT_DATABASE_URL: 'mysql://db.lan', XGPT_QUEUE_URL: 'redis://redis.lan' };
    expect(() => loadConfig(mistyped)).not.toThrow(/needs XGPT_DATABASE_URL/);
    expect(() => loadConfig(mistyped)).toThrow(/XGPT_DATABASE_URL: must/);
    for (const url of ['redis://:a-secret@redis.lan', 'tcp://:a-secret@redis.lan'])
      expect(() => loadConfig({ XGPT_QUEUE_URL: url })).not.toThrow(/a-secret/);
  });
});
