/**
 * `bun other_process.ts <database> embed|remove <seed>`: another process that embeds posts again and again,
 * or deletes posts and saves others, until it is ended.
 */
import { createLibrary } from '../../../src/library/index.ts';
import { openDatabase } from '../../../src/platform/database.ts';
import { makePost } from '../synthetic.ts';
import { MODEL, scattered } from './scattered.ts';

const [path = '', task, seed = '1'] = process.argv.slice(2);
const db = openDatabase(path);
db.run('PRAGMA busy_timeout = 5000');
const library = createLibrary(db);
const tasks: Record<string, (round: number) => void> = { embed, remove };

process.stdout.write('ready\n');
for (let round = 1; ; round++) {
  db.transaction(() => tasks[task ?? '']?.(round)).immediate();
  await Bun.sleep(20);
}

/** Posts that wait for a vector, and some that have one, in one part to three. */
function embed(round: number): void {
  const waiting = library.postsWithoutVector(MODEL, { limit: 16 }).map(({ key }) => key);
  const again = db
    .query<{ key: number }, [number]>('SELECT key FROM posts WHERE key > ? ORDER BY key LIMIT 16')
    .all((round * 7919) % 1200)
    .map(({ key }) => key);
  const vectors = [...new Set([...waiting, ...again])].flatMap((key) =>
    Array.from({ length: 1 + ((key + round) % 3) }, (_, index) => ({
      key,
      vector: scattered(Number(seed) * 1_000_000 + round * 10_000 + key * 3 + index),
      part: { index, from: index, to: index + 1 },
    })),
  );
  library.saveVectors(MODEL, vectors);
}

function remove(round: number): void {
  const first = (round * 104_729) % 1200;
  db.run('DELETE FROM posts WHERE key IN (SELECT key FROM posts WHERE key > ? LIMIT 10)', [first]);
  library.savePosts(
    Array.from({ length: 10 }, (_, i) => makePost(Number(seed) * 100_000 + round * 10 + i)),
  );
}
