import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { PostRow } from './post_row.ts';

type Names = Pick<PostRow, 'author' | 'author_name'>;
type Given = Names & Pick<PostRow, 'source' | 'author_id' | 'as_of'>;
interface KnownAuthor {
  username: string;
  name: string;
  as_of: number;
}

/**
 * Names of authors. They change, and an export has none: there an author's id stands in its place.
 * The newest name that is known is used, whatever the order in which posts and profiles come.
 */
export function createAuthorNames(db: Database) {
  const find = statement<KnownAuthor, Record<string, string>>(
    db,
    'SELECT username, name, as_of FROM profiles WHERE source = $source AND id = $id',
  );
  const authors = new Map<string, KnownAuthor | null>();

  function authorOf(source: string, id: string): KnownAuthor | null {
    const key = `${source} ${id}`;
    let author = authors.get(key);
    if (author === undefined) {
      author = find.get({ source, id });
      authors.set(key, author);
    }
    return author;
  }

  return {
    /** Gives a post the names with which it is saved; `known` is the stored post. */
    apply(row: Given, known: (Names & { as_of: number }) | null): void {
      const { author_id: id } = row;
      const stored = known && row.as_of < known.as_of ? known : null;
      const profile = id === null ? null : authorOf(row.source, id);
      if (!stored && !profile && row.author !== id && row.author_name !== id) return;
      const newest = profile && profile.as_of >= row.as_of ? profile : null;
      const usernames = [newest?.username, stored?.author, row.author];
      const names = [newest?.name, stored?.author_name, row.author_name];
      row.author = nameOf(id, [...usernames, known?.author, profile?.username]);
      row.author_name = nameOf(id, [...names, known?.author_name, profile?.name]);
    },

    /** Reads the profiles again: they may have changed since the last call. */
    forget(): void {
      authors.clear();
    },
  };
}

/** The first that is a name: not empty, and not the author's id. */
export function nameOf(id: string | null, names: (string | undefined)[]): string {
  return names.find((name) => name && name !== id) ?? id ?? '';
}

/** The usernames of accounts whose profiles are stored. */
export function createUsernames(db: Database) {
  const find = statement<{ username: string }, Record<string, string>>(
    db,
    'SELECT username FROM profiles WHERE source = $source AND id = $id',
  );
  return {
    usernameOf: (source: string, id: string) => find.get({ source, id })?.username,
  };
}
