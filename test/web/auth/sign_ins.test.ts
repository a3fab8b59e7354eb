import { expect, test } from 'bun:test';
import { openDatabase } from '../../../src/platform/database.ts';
import { createSessions, SESSION_SECONDS } from '../../../src/web/auth/sign_ins.ts';

const TOKEN = 'correct-horse-battery';

test('a session is open in every process on the database that has the same token', async () => {
  const database = openDatabase(':memory:');
  const id = await createSessions(database, TOKEN).open();
  expect(createSessions(database, TOKEN).isOpen(id)).toBe(true);
  expect(createSessions(database, `${TOKEN}.`).isOpen(id)).toBe(false);
});

test('it ends after thirty days, and leaves nothing behind', async () => {
  const database = openDatabase(':memory:');
  let now = Date.UTC(2026, 0, 1);
  const sessions = createSessions(database, TOKEN, () => now);
  const id = await sessions.open();
  now += SESSION_SECONDS * 1000 - 1;
  expect(sessions.isOpen(id)).toBe(true);
  now += 1;
  expect(sessions.isOpen(id)).toBe(false);
  await sessions.open();
  expect(database.query('SELECT count(*) AS count FROM sessions').get()).toEqual({ count: 1 });
});

test('it ends when it is closed, and what follows it with it, and no other', async () => {
  const sessions = createSessions(openDatabase(':memory:'), TOKEN);
  const [id, other] = [await sessions.open(), await sessions.open()];
  const [signal, otherSignal] = [sessions.signalOf(id), sessions.signalOf(other)];
  await sessions.close(id);
  expect([sessions.isOpen(id), signal.aborted]).toEqual([false, true]);
  expect([sessions.isOpen(other), otherSignal.aborted]).toEqual([true, false]);
});

test('ids have 256 bits, are never the same, and stand nowhere in the database', async () => {
  const database = openDatabase(':memory:');
  const sessions = createSessions(database, TOKEN);
  const ids = await Promise.all(Array.from({ length: 100 }, () => sessions.open()));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  const kept = Buffer.from(database.serialize());
  for (const id of ids) {
    expect(kept.includes(id)).toBe(false);
    expect(kept.includes(Buffer.from(id, 'base64url'))).toBe(false);
  }
  expect(kept.includes(TOKEN)).toBe(false);
});
