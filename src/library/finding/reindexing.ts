import type { Database } from 'bun:sqlite';
import { statement } from '../../platform/statement.ts';
import type { Profile } from '../../sources/post.ts';
import { foldedProfile } from '../profile_row.ts';
import { INDEX_VERSION, type IndexedRow } from './indexed_words.ts';
import { createIndexing, INDEXED_COLUMNS } from './word_index.ts';

/** Posts and profiles whose words are to be indexed anew, after an update that indexes them differently. */
export interface Reindexing {
  /**
   * How many there are: 0 nearly always. Until then finds may miss them. They are counted once; those that are deleted
   * meanwhile are not subtracted.
   */
  pending(): number;
  /**
   * Indexes so many of them, the newest first, in the caller's transaction. Several processes may do
   * so by turns, and what was interrupted goes on where it was.
   * @returns how many were indexed: fewer than `limit` when none is left.
   */
  indexSome(limit: number): number;
  /** Whether no former states of posts that were indexed anew are left in the index: each find passes them. */
  isMerged(): boolean;
  /** Notes that it has none (`mergeWords`). */
  noteMerged(): void;
}

interface State {
  /** `null` until there are posts or profiles. */
  version: number | null;
  pending_posts: number;
  pending_profiles: number;
  is_merged: number;
}

type ProfileRow = Pick<Profile, 'username' | 'name' | 'bio'> & { key: number };

const BEGIN = `
  UPDATE word_index SET version = $version, is_merged = 0,
    pending_posts = (SELECT coalesce(max(key), 0) FROM posts),
    pending_profiles = (SELECT coalesce(max(key), 0) FROM profiles)`;

const COUNT_POSTS = 'SELECT count(*) AS total FROM posts WHERE key > $after AND key <= $to';
const COUNT_PROFILES = 'SELECT count(*) AS total FROM profiles WHERE key <= $to';

/** @returns a function that notes how posts and profiles are indexed, if there were none before. */
export function createIndexMark(db: Database): () => void {
  const mark = statement<void, [number]>(
    db,
    'UPDATE word_index SET version = ? WHERE version IS NULL',
  );
  return () => {
    mark.run(INDEX_VERSION);
  };
}

/** @returns a function that tells whether all posts are indexed as this xgpt does it. */
export function createIndexCheck(db: Database): () => boolean {
  const read = statement<Pick<State, 'version' | 'pending_posts'>, []>(
    db,
    'SELECT version, pending_posts FROM word_index',
  );
  return () => {
    const state = read.get();
    return state?.version === INDEX_VERSION && state.pending_posts === 0;
  };
}

export function createReindexing(db: Database): Reindexing {
  const read = statement<State, []>(
    db,
    'SELECT version, pending_posts, pending_profiles, is_merged FROM word_index',
  );
  const begin = statement<void, { version: number }>(db, BEGIN);
  const pendingPosts = createPendingPosts(db);
  const countProfiles = statement<{ total: number }, { to: number }>(db, COUNT_PROFILES);
  const noteMerged = statement<void, []>(db, 'UPDATE word_index SET is_merged = 1');
  const steps = [createPostStep(db), createProfileStep(db)];

  function state(): { pending_posts: number; pending_profiles: number; isNew: boolean } {
    const { version, is_merged: _, ...pending } = read.get() as State;
    if (version === null) return { pending_posts: 0, pending_profiles: 0, isNew: false };
    if (version === INDEX_VERSION) return { ...pending, isNew: false };
    const all = Number.MAX_SAFE_INTEGER;
    return { pending_posts: all, pending_profiles: all, isNew: true };
  }

  function pending(): number {
    const { pending_posts, pending_profiles } = state();
    const profiles =
      pending_profiles === 0 ? 0 : countProfiles.get({ to: pending_profiles })?.total;
    return pendingPosts(pending_posts) + (profiles ?? 0);
  }

  return {
    pending,
    indexSome(limit) {
      if (state().isNew) begin.run({ version: INDEX_VERSION });
      let left = limit;
      for (const step of steps) if (left > 0) left -= step(read.get() as State, left);
      return limit - left;
    },
    isMerged: () => read.get()?.is_merged === 1,
    noteMerged() {
      noteMerged.run();
    },
  };
}

/** @returns a function that counts the posts up to a key: all of a million take 0.2 s, so later those in between. */
function createPendingPosts(db: Database): (to: number) => number {
  const count = statement<{ total: number }, { after: number; to: number }>(db, COUNT_POSTS);
  const between = (after: number, to: number) => count.get({ after, to })?.total ?? 0;
  let counted = { to: 0, posts: 0 };
  return (to) => {
    const posts =
      to > counted.to ? between(0, to) : Math.max(0, counted.posts - between(to, counted.to));
    counted = { to, posts: to === 0 ? 0 : posts };
    return counted.posts;
  };
}

/** @returns how many were indexed. */
type Step = (state: State, limit: number) => number;

function createPostStep(db: Database): Step {
  const read = statement<IndexedRow & { key: number }, [number, number]>(
    db,
    `SELECT key, ${INDEXED_COLUMNS.join(', ')} FROM posts WHERE key <= ? ORDER BY key DESC LIMIT ?`,
  );
  const proceed = statement<void, [number]>(db, 'UPDATE word_index SET pending_posts = ?');
  const { replace } = createIndexing(db);
  return ({ pending_posts }, limit) => {
    const rows = pending_posts === 0 ? [] : read.all(pending_posts, limit);
    for (const row of rows) replace(row.key, row);
    proceed.run(nextKey(rows, limit));
    return rows.length;
  };
}

function createProfileStep(db: Database): Step {
  const read = statement<ProfileRow, [number, number]>(
    db,
    'SELECT key, username, name, bio FROM profiles WHERE key <= ? ORDER BY key DESC LIMIT ?',
  );
  const write = statement<void, { key: number; folded: string }>(
    db,
    'UPDATE profiles SET folded = $folded WHERE key = $key',
  );
  const proceed = statement<void, [number]>(db, 'UPDATE word_index SET pending_profiles = ?');
  return ({ pending_profiles }, limit) => {
    const rows = pending_profiles === 0 ? [] : read.all(pending_profiles, limit);
    for (const row of rows) write.run({ key: row.key, folded: foldedProfile(row) });
    proceed.run(nextKey(rows, limit));
    return rows.length;
  };
}

/** Up to where rows are left after these. */
function nextKey(rows: { key: number }[], limit: number): number {
  const last = rows.at(-1);
  return last && rows.length === limit ? last.key - 1 : 0;
}
