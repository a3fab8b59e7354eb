import type { Database } from 'bun:sqlite';
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createConnections,
  createSecretKey,
  SecretKeyUnusable,
} from '../../src/connections/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { Unauthorised } from '../../src/sources/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'xgpt-connections-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECRETS = { identifier: 'ada.example', password: 'abcd-efgh-ijkl-mnop' };
const key = () => crypto.getRandomValues(new Uint8Array(32));
const never = new AbortController().signal;

function setup({ db = openDatabase(':memory:'), secretKey = key() } = {}) {
  return { db, secretKey, ...createConnections({ db, secretKey }) };
}

const rowsOf = (db: Database) =>
  db.query('SELECT * FROM source_credentials').all() as { sealed: Uint8Array }[];

describe('credentials', () => {
  test('are read as they were stored, and no part of them is in the database', async () => {
    const { db, credentials } = setup();
    await credentials.replace('bluesky', 'app_password', SECRETS);
    expect(await credentials.read('bluesky')).toMatchObject({
      method: 'app_password',
      values: SECRETS,
    });
    const stored = Buffer.from(rowsOf(db)[0]?.sealed ?? []).toString('latin1');
    for (const value of Object.values(SECRETS)) expect(stored).not.toContain(value);
  });

  test('have another nonce each time', async () => {
    const { db, credentials } = setup();
    const seen = new Set<string>();
    for (let round = 0; round < 20; round++) {
      await credentials.replace('bluesky', 'app_password', SECRETS);
      seen.add(Buffer.from(rowsOf(db)[0]?.sealed.subarray(0, 12) ?? []).toString('hex'));
    }
    expect(seen.size).toBe(20);
  });

  test('with another key, a missing key or a changed byte are refused with words that lead on', async () => {
    const { db, secretKey, credentials } = setup();
    await credentials.replace('bluesky', 'app_password', SECRETS);
    const other = setup({ db });
    expect(other.credentials.read('bluesky')).rejects.toThrow(
      /sealed with another secret key\. Put the former secret\.key back/,
    );
    const missing = createConnections({ db, secretKey: { read: () => undefined, make: key } });
    expect(missing.credentials.read('bluesky')).rejects.toThrow('their secret key is missing');
    for (const place of [0, 12, 28]) {
      await credentials.replace('bluesky', 'app_password', SECRETS);
      const { sealed = new Uint8Array() } = rowsOf(db)[0] ?? {};
      sealed[place] = (sealed[place] ?? 0) ^ 1;
      db.run('UPDATE source_credentials SET sealed = ?', [sealed]);
      const changed = setup({ db, secretKey }).credentials.read('bluesky');
      expect(changed).rejects.toBeInstanceOf(Unauthorised);
      expect(changed).rejects.toThrow('the database has other bytes than were stored');
    }
  });

  test('of one source cannot stand in for those of another', async () => {
    const { db, credentials } = setup();
    await credentials.replace('bluesky', 'app_password', SECRETS);
    db.run("UPDATE source_credentials SET source = 'x'");
    expect(credentials.read('x')).rejects.toBeInstanceOf(Unauthorised);
  });
});

describe('a session', () => {
  test('is stored in place of the version that was read only, and goes with its credentials', async () => {
    const { credentials } = setup();
    expect(await credentials.writeSession('bluesky', { token: 'a' }, 0)).toBe(false);
    await credentials.replace('bluesky', 'app_password', SECRETS);
    expect(await credentials.writeSession('bluesky', { token: 'a' }, 0)).toBe(true);
    expect(await credentials.writeSession('bluesky', { token: 'b' }, 0)).toBe(false);
    expect(await credentials.writeSession('bluesky', { token: 'b' }, 1)).toBe(true);
    expect(await credentials.readSession('bluesky')).toEqual({ value: { token: 'b' }, version: 2 });
    await credentials.replace('bluesky', 'app_password', SECRETS);
    expect(await credentials.readSession('bluesky')).toBeUndefined();
    await credentials.writeSession('bluesky', { token: 'c' }, 0);
    await credentials.remove('bluesky');
    expect(await credentials.readSession('bluesky')).toBeUndefined();
    expect(await credentials.read('bluesky')).toBeUndefined();
  });

  test('of replaced credentials is not stored by a login that was under way', async () => {
    const { credentials } = setup();
    await credentials.replace('bluesky', 'app_password', SECRETS);
    const isStored = await credentials.exclusively('bluesky', never, async () => {
      await credentials.replace('bluesky', 'app_password', { ...SECRETS, identifier: 'b.example' });
      return credentials.writeSession('bluesky', { token: 'of ada' }, 0);
    });
    expect(isStored).toBe(false);
    expect(await credentials.readSession('bluesky')).toBeUndefined();
  });
});

describe('exclusively', () => {
  test('lets one work at a time, and releases after a failure', async () => {
    const { credentials } = setup();
    let running = 0;
    const work = () =>
      credentials.exclusively('bluesky', never, async () => {
        expect(++running).toBe(1);
        await Bun.sleep(5);
        running--;
        throw new Error('refused');
      });
    const outcomes = await Promise.allSettled([work(), work(), work()]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  test('waits for a dead holder 30 s at most, also when the clock was set back, and stops on abort', async () => {
    const db = openDatabase(':memory:');
    let now = Date.UTC(2026, 0, 1);
    const { credentials } = createConnections({
      db,
      secretKey: key(),
      now: () => new Date(now),
    });
    const hold = "INSERT OR REPLACE INTO source_leases VALUES ('bluesky', 'dead', ?)";
    const enter = (signal = never) => credentials.exclusively('bluesky', signal, async () => 'in');
    db.run(hold, [now + 30_000]);
    const stop = new AbortController();
    const stopped = enter(stop.signal);
    stop.abort(new Error('cancelled'));
    expect(stopped).rejects.toThrow('cancelled');
    now += 30_000;
    expect(await enter()).toBe('in');
    db.run(hold, [now + 30_000]);
    now -= 86_400_000;
    expect(await enter()).toBe('in');
  });
});

describe('the key file', () => {
  const keyAt = (name: string) =>
    createSecretKey({ secretKey: undefined, secretKeyPath: join(folder, name) });

  test('is made when it is first needed, for its owner only, and read from then on', () => {
    const made = keyAt('secret.key');
    expect(made.read()).toBeUndefined();
    const bytes = made.make();
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(keyAt('secret.key').read()).toEqual(bytes);
    expect(keyAt('secret.key').make()).toEqual(bytes);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test('is never made over one that cannot be read, and never used when it is damaged', () => {
    writeFileSync(join(folder, 'cut.key'), 'c2hvcnQ=');
    expect(() => keyAt('cut.key').make()).toThrow(SecretKeyUnusable);
    expect(() => keyAt('cut.key').read()).toThrow(/is damaged\. Put a copy of it back/);
  });

  test('is not made while the environment has a key', () => {
    const path = join(folder, 'unused.key');
    const secretKey = key();
    expect(createSecretKey({ secretKey, secretKeyPath: path }).make()).toEqual(secretKey);
    expect(existsSync(path)).toBe(false);
  });
});
