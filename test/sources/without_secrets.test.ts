import { expect, test } from 'bun:test';
import type { Credentials } from '../../src/sources/connection.ts';
import { type Source, Unauthorised } from '../../src/sources/source.ts';
import { withoutSecrets } from '../../src/sources/without_secrets.ts';

const REFUSED = 'Bluesky refuses the handle or the app password. Make a new app password.';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.invented';

/** What the error of a test says, when `session` is stored and the source throws `message`. */
async function shown(session: unknown, message: string): Promise<string> {
  const credentials = {
    read: async () => ({ method: 'app_password', values: {}, updatedAt: new Date() }),
    readSession: async () => ({ value: session, version: 1 }),
  } as unknown as Credentials;
  const source = {
    name: 'bluesky',
    connection: {
      methods: [],
      test: async () => {
        throw new Unauthorised(message);
      },
    },
    async *posts() {},
  } as unknown as Source;
  const test = withoutSecrets(source, credentials).connection?.test;
  const failure = await test?.(new AbortController().signal).catch((error: Error) => error.message);
  return String(failure);
}

test('the stored reason of a refused login is no secret', async () => {
  expect(await shown({ refused: REFUSED, at: 1 }, REFUSED)).toBe(REFUSED);
});

test('a stored token does not appear in a message', async () => {
  const message = await shown({ accessJwt: TOKEN }, `Refused: ${TOKEN}`);
  expect(message).toBe('Refused: [secret]');
});
