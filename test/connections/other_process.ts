import { createConnections, createSecretKey } from '../../src/connections/index.ts';
import { loadConfig } from '../../src/platform/config.ts';
import { openDatabase } from '../../src/platform/database.ts';

// A process that uses the connections of a data folder: `take <n> <gap>`, `reserve <n>` or `key`.
const [what, count, gap] = process.argv.slice(2);
const config = loadConfig();
const key = createSecretKey(config);
if (what === 'key') console.log(Buffer.from(key.make()).toString('hex'));
else {
  const db = openDatabase(config.databasePath);
  const { rateLimits, budgets } = createConnections({ db, secretKey: key });
  console.log('ready');
  await Bun.stdin.text();
  const { signal } = new AbortController();
  for (let request = 0; request < Number(count); request++) {
    if (what === 'take') {
      await rateLimits.take('shared', Number(gap), { signal, service: 'Bluesky' });
      console.log(Date.now());
      continue;
    }
    const reserved = await budgets.reserve('x', 10, 1).catch((error) => console.log(error.name));
    if (reserved) console.log(reserved.posts);
    if (!reserved) break;
    if (what === 'die') process.kill(process.pid, 'SIGKILL');
    await reserved.settle(Math.max(1, reserved.posts - 1));
  }
  db.close();
}
