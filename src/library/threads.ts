import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Library } from './library.ts';

/** More posts of a thread than one page shows. */
const MAX_POSTS = 500;

interface Place {
  key: number;
  id: string;
  thread_id: string | null;
  in_reply_to_id: string | null;
  created_at: number;
}

const PLACE = 'SELECT key, id, thread_id, in_reply_to_id, created_at FROM posts';

/** Finds what is read together. */
export function createThreads(db: Database): Pick<Library, 'threadOf'> {
  const one = statement<Place, [string, string]>(db, `${PLACE} WHERE source = ? AND id = ?`);
  const ofThread = statement<Place, [string, string, number]>(
    db,
    `${PLACE} WHERE thread_id = ? AND source = ? LIMIT ?`,
  );
  const repliesTo = statement<Place, [string, string, number]>(
    db,
    `${PLACE} WHERE in_reply_to_id = ? AND source = ? LIMIT ?`,
  );

  function threadOf({ source, id }: { source: string; id: string }, limit = MAX_POSTS): number[] {
    const start = one.get(source, id);
    if (!start) return [];
    const found = new Map([[start.id, start]]);
    // A map's values include what is added meanwhile, so that each post's neighbours are looked up once.
    for (const place of found.values()) {
      if (found.size >= limit) break;
      for (const next of neighbours(source, place)) found.set(next.id, next);
    }
    const inOrder = [...found.values()].sort(
      (a, b) => a.created_at - b.created_at || a.key - b.key,
    );
    return inOrder.slice(0, limit).map(({ key }) => key);

    function neighbours(source: string, place: Place): Place[] {
      const above = [place.in_reply_to_id, place.thread_id].flatMap((other) =>
        other !== null && !found.has(other) ? (one.get(source, other) ?? []) : [],
      );
      const room = limit - found.size + 1;
      const below = [
        ...ofThread.all(place.id, source, room),
        ...repliesTo.all(place.id, source, room),
      ];
      // Posts of a thread whose first one is not stored have nothing else in common.
      const beside = place.thread_id === null ? [] : ofThread.all(place.thread_id, source, limit);
      return [...above, ...below, ...beside].filter(({ id }) => !found.has(id));
    }
  }

  return { threadOf };
}
