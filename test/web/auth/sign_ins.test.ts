import { expect, test } from 'bun:test';
import { openDatabase } from '../../../src/platform/database.ts';
import { createSignIns, SIGN_IN_SECONDS } from '../../../src/web/auth/sign_ins.ts';

const TOKEN = 'correct-horse-battery';

test('a sign-in is open in every process on the database that has the same token', async () => {
  const database = openDatabase(':memory:');
  const id = await createSignIns(database, TOKEN).open();
  expect(createSignIns(database, TOKEN).isOpen(id)).toBe(true);
  expect(createSignIns(database, `${TOKEN}.`).isOpen(id)).toBe(false);
});

test('it ends after thirty days, and leaves nothing behind', async () => {
  const database = openDatabase(':memory:');
  let now = Date.UTC(2026, 0, 1);
  const signIns = createSignIns(database, TOKEN, () => now);
  const id = await signIns.open();
  now += SIGN_IN_SECONDS * 1000 - 1;
  expect(signIns.isOpen(id)).toBe(true);
  now += 1;
  expect(signIns.isOpen(id)).toBe(false);
  await signIns.open();
  expect(database.query('SELECT count(*) AS count FROM sessions').get()).toEqual({ count: 1 });
});

test('it ends when it is closed, and what follows it with it, and no other', async () => {
  const signIns = createSignIns(openDatabase(':memory:'), TOKEN);
  const [id, other] = [await signIns.open(), await signIns.open()];
  const [signal, otherSignal] = [signIns.signalOf(id), signIns.signalOf(other)];
  await signIns.close(id);
  expect([signIns.isOpen(id), signal.aborted]).toEqual([false, true]);
  expect([signIns.isOpen(other), otherSignal.aborted]).toEqual([true, false]);
});

test('what follows it ends when another process has closed it, or it has expired', async () => {
  const database = openDatabase(':memory:');
  let now = Date.UTC(2026, 0, 1);
  const signIns = createSignIns(database, TOKEN, () => now);
  const elsewhere = createSignIns(database, TOKEN, () => now);
  const [closed, expiring] = [await signIns.open(), await signIns.open()];
  now += 1_000;
  const staying = await signIns.open();
  const signals = [closed, expiring, staying].map((id) => signIns.signalOf(id));
  const ended = () => {
    signIns.endClosed();
    return signals.map(({ aborted }) => aborted);
  };
  expect(ended()).toEqual([false, false, false]);
  await elsewhere.close(closed);
  expect(ended()).toEqual([true, false, false]);
  now += SIGN_IN_SECONDS * 1000 - 1;
  expect(ended()).toEqual([true, true, false]);
});

test('ids have 256 bits, are never the same, and stand nowhere in the database', async () => {
  const database = openDatabase(':memory:');
  const signIns = createSignIns(database, TOKEN);
  const ids = await Promise.all(Array.from({ length: 100 }, () => signIns.open()));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  const kept = Buffer.from(database.serialize());
  for (const id of ids) {
    expect(kept.includes(id)).toBe(false);
    expect(kept.includes(Buffer.from(id, 'base64url'))).toBe(false);
  }
  expect(kept.includes(TOKEN)).toBe(false);
});
