import type { Database } from 'bun:sqlite';
import { statement } from '../platform/statement.ts';
import type { Post, PostVersion } from '../sources/post.ts';
import { createAuthorNames } from './author_names.ts';
import { isCutOf } from './completeness.ts';
import { toRow } from './post_row.ts';
import { createPostVersions } from './post_versions.ts';
import { createPostWriting, type KnownRow, type NewRow } from './post_writing.ts';

type Bindings = Record<string, string | number | null>;

const FIND = `
  SELECT key, kind, text, author, author_name, as_of FROM posts
  WHERE source = $source AND id = $id`;

/** Sources whose posts keep their id when their authors edit them. */
const EDITED_IN_PLACE = new Set(['bluesky']);

/** How a post is saved. Runs inside the caller's transaction. */
export function createPostSaving(db: Database) {
  const find = statement<KnownRow, Bindings>(db, FIND);
  const versions = createPostVersions(db);
  const write = createPostWriting(db);
  const authorNames = createAuthorNames(db);

  function saveEarlier(post: Post, latest: number): void {
    const { source, id, text, createdAt } = post;
    const history = [...versions.takeEarlier(post, true), { id, text, createdAt }];
    versions.add(latest, source, history, '');
  }

  function save(post: Post, now: number): { key: number; isNew: boolean } {
    let known = find.get({ source: post.source, id: post.id });
    const latest = known ? undefined : versions.latestOf(post);
    if (latest !== undefined) {
      saveEarlier(post, latest);
      return { key: latest, isNew: false };
    }
    let history: PostVersion[] = [];
    if (post.edits && post.edits.length > 0) {
      history = versions.takeEarlier(post, known !== null);
      known ??= find.get({ source: post.source, id: post.id });
    }
    const given = toRow(post, now);
    const key = write({ ...given, ...authorNames.of(given, known) }, known, now);
    history.push(...editInPlace(given, known));
    if (history.length > 0) versions.add(key, post.source, history, post.id);
    return { key, isNew: !known };
  }

  return {
    /** Saves posts, the later of two with one id last. `added` counts those that were not stored. */
    savePosts(posts: readonly Post[], now: number): { added: number; keys: number[] } {
      authorNames.forget();
      const saved = posts.map((post) => save(post, now));
      const added = saved.filter(({ isNew }) => isNew).length;
      return { added, keys: saved.map(({ key }) => key) };
    },
  };
}

/** The text that is not the current one, of a post that was edited and has kept its id. */
function editInPlace(row: NewRow, known: KnownRow | null): PostVersion[] {
  if (!known || row.kind === 'repost' || !EDITED_IN_PLACE.has(row.source)) return [];
  if (row.text === known.text || isCutOf(row, known) || isCutOf(known, row)) return [];
  const isOlder = row.as_of < known.as_of;
  return [{ id: row.id, text: isOlder ? row.text : known.text }];
}
