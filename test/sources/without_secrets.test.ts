import { afterAll, beforeAll, expect, test } from 'bun:test';
import { createConnections } from '../../src/connections/index.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createSources } from '../../src/sources/index.ts';
import { type BlueskyDouble, startBlueskyDouble } from '../support/bluesky_double.ts';

let double: BlueskyDouble;
beforeAll(async () => {
  double = await startBlueskyDouble();
  double.world.account('ida.long-name.example');
});
afterAll(() => double.stop());

test('why a login was refused is shown in full, each time', async () => {
  const db = openDatabase(':memory:');
  const live = createConnections({ db, secretKey: crypto.getRandomValues(new Uint8Array(32)) });
  const password = 'wrong-word-wron-word';
  await live.credentials.replace('bluesky', 'app_password', {
    identifier: 'ida.long-name.example',
    password,
    server: double.url,
  });
  const sources = createSources({
    samplePageMs: 0,
    importsDir: '/nowhere',
    blueskyUrl: double.url,
    xUrl: double.url,
    xApiUrl: double.url,
    live,
  });
  const { connection } = sources.get('bluesky') ?? {};
  for (let round = 0; round < 2; round++) {
    const failure = await connection?.test(AbortSignal.timeout(10_000)).catch((error) => error);
    expect(failure.message).toStartWith('Bluesky refuses the handle or the app password. Make a');
    expect(failure.message).not.toContain('[secret]');
    expect(failure.message).not.toContain(password);
  }
});
