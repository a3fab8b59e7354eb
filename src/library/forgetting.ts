import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import { eraseTraces } from './erasing.ts';
import type { HeldOfAuthor, Library, NamedAuthor } from './library.ts';

type Forgetting = Pick<Library, 'heldOf' | 'importsOf' | 'eraseTraces'> & {
  /** Removes up to `limit` posts of an author, and with the last of them the rest. Returns the number of posts. */
  forget(author: ForgottenAuthor): number;
};

export interface ForgottenAuthor extends NamedAuthor {
  limit: number;
}

// An account is known by its id, too: its posts may still have an earlier name, or its id for a name.
const ACCOUNTS = `
  SELECT id FROM profiles WHERE source = $source AND username = $username
  UNION SELECT $username`;

const WITH_ACCOUNTS = `WITH accounts (id) AS MATERIALIZED (${ACCOUNTS})`;

// The + keeps SQLite from reading all posts of the source: an author's are few.
const BY_NAME = 'SELECT key FROM posts WHERE +source = $source AND author IN accounts';
const BY_ID = 'SELECT key FROM posts WHERE source = $source AND author_id IN accounts';

// Before the posts, whose author ids they are found by. Without a mark a later run reads everything.
const FORGET_MARKS = `
  ${WITH_ACCOUNTS} DELETE FROM listing_marks WHERE source = $source AND (
    account IN accounts
    OR account IN (SELECT author_id FROM posts WHERE +source = $source AND author = $username))`;

const FORGET_PROFILES = `
  ${WITH_ACCOUNTS} DELETE FROM profiles WHERE source = $source AND (
    username = $username OR id IN accounts)`;

/** Removes an author and everything of theirs. What others wrote stays, with what it quotes of them. */
export function createForgetting(db: Database): Forgetting {
  const countPosts = statement<{ n: number }, Record<string, string>>(
    db,
    `${WITH_ACCOUNTS} SELECT count(*) AS n FROM (${BY_NAME} UNION ${BY_ID})`,
  );
  const countProfiles = statement<{ n: number }, Record<string, string>>(
    db,
    `${WITH_ACCOUNTS} SELECT count(*) AS n FROM profiles
    WHERE source = $source AND (username = $username OR id IN accounts)`,
  );
  const importNames = statement<{ name: string }, Record<string, string>>(
    db,
    `${WITH_ACCOUNTS} SELECT name FROM imports WHERE id IN (
      SELECT import_id FROM post_origins WHERE item_key IN (${BY_NAME} UNION ${BY_ID})
    ) ORDER BY name`,
  );
  // One after the other, because together they would read all keys for each batch.
  const lists = [BY_NAME, BY_ID].map((keys) =>
    statement<{ key: number }, Record<string, string | number>>(
      db,
      `${WITH_ACCOUNTS} ${keys} LIMIT $limit`,
    ),
  );
  const removePost = statement<void, [number]>(db, 'DELETE FROM posts WHERE key = ?');
  const forgetMarks = statement<void, Record<string, string>>(db, FORGET_MARKS);
  const forgetProfiles = statement<void, Record<string, string>>(db, FORGET_PROFILES);

  return {
    eraseTraces: () => eraseTraces(db),
    heldOf({ source, username }): HeldOfAuthor {
      const named = { source, username };
      return {
        posts: countPosts.get(named)?.n ?? 0,
        profiles: countProfiles.get(named)?.n ?? 0,
      };
    },
    importsOf: (author) => importNames.all({ ...author }).map(({ name }) => name),
    forget({ source, username, limit }): number {
      const named = { source, username };
      forgetMarks.run(named);
      let removed = 0;
      for (const list of lists) {
        const keys = list.all({ ...named, limit: limit - removed });
        for (const { key } of keys) removePost.run(key);
        removed += keys.length;
      }
      // Last, because they tell the ids of the account.
      if (removed < limit) forgetProfiles.run(named);
      return removed;
    },
  };
}
