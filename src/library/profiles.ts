import type { Database } from 'bun:sqlite';
import { fold } from '../find/fold.ts';
import { statement } from '../platform/statement.ts';
import type { Profile } from '../sources/post.ts';
import { nameOf } from './author_names.ts';
import type { IndexedRow } from './finding/indexed_words.ts';
import { createIndexMark } from './finding/reindexing.ts';
import { createIndexing, INDEXED_COLUMNS } from './finding/word_index.ts';
import type { Library, ProfilePage, ProfileQuery, StoredProfile } from './library.ts';
import { clampLimit, readCursor, where, writeCursor } from './listing.ts';
import type { SavedItems } from './origins.ts';
import { foldedProfile } from './profile_row.ts';

type ProfileStore = Pick<Library, 'saveProfiles' | 'profiles' | 'profileOf'> & {
  /** The same as `saveProfiles`, with the keys of all profiles. */
  upsertProfiles(profiles: Profile[]): SavedItems;
};

interface ProfileRow {
  key: number;
  source: string;
  id: string;
  username: string;
  name: string;
  bio: string;
  location: string | null;
  website: string | null;
  avatar_url: string | null;
  created_at: number | null;
  followers: number | null;
  following: number | null;
  post_count: number | null;
  as_of: number;
  posts_held: number;
}

type Bindings = Record<string, string | number>;

type Known = Pick<ProfileRow, 'key' | 'id' | 'username' | 'name' | 'bio' | 'as_of'>;

const FIND = `
  SELECT key, id, username, name, bio, as_of FROM profiles WHERE source = $source AND id = $id`;

const UPSERT = `
  INSERT INTO profiles (source, id, username, name, bio, location, website, avatar_url, created_at,
    followers, following, post_count, folded, as_of, collected_at, updated_at)
  VALUES ($source, $id, $username, $name, $bio, $location, $website, $avatar_url, $created_at,
    $followers, $following, $post_count, $folded, $as_of, $now, $now)
  ON CONFLICT (source, id) DO UPDATE SET
    username = excluded.username,
    name = excluded.name,
    bio = excluded.bio,
    location = coalesce(excluded.location, location),
    website = coalesce(excluded.website, website),
    avatar_url = coalesce(excluded.avatar_url, avatar_url),
    created_at = coalesce(excluded.created_at, created_at),
    followers = coalesce(excluded.followers, followers),
    following = coalesce(excluded.following, following),
    post_count = coalesce(excluded.post_count, post_count),
    folded = excluded.folded,
    as_of = excluded.as_of,
    updated_at = excluded.updated_at
  RETURNING key`;

// What is older fills in what is absent.
const FILL = `
  UPDATE profiles SET
    username = $username,
    name = $name,
    bio = $bio,
    location = coalesce(location, $location),
    website = coalesce(website, $website),
    avatar_url = coalesce(avatar_url, $avatar_url),
    created_at = coalesce(created_at, $created_at),
    followers = coalesce(followers, $followers),
    following = coalesce(following, $following),
    post_count = coalesce(post_count, $post_count),
    folded = $folded,
    updated_at = $now
  WHERE key = $key`;

// Binary, because the column ignores case and the case of a username may change too. The + keeps SQLite
// from reading all posts of the source.
const RENAME_AUTHOR = `
  UPDATE posts SET author = $username
  WHERE author IN ($before, $id) AND +source = $source
  AND (author_id = $id OR author_id IS NULL) AND author <> $username COLLATE BINARY
  RETURNING key, ${INDEXED_COLUMNS.join(', ')}`;

const CONDITIONS = {
  // Not LIKE: its wildcards need escaping, and it ignores case only for ASCII.
  part: 'instr(folded, $part) > 0',
  key: '(username, key) > ($username, $key)',
};

const POSTS_HELD = `(SELECT count(*) FROM posts
  WHERE posts.author = profiles.username AND posts.source = profiles.source) AS posts_held`;

/** @param now the time in ms since 1970. */
export function createProfileStore(db: Database, now: () => number): ProfileStore {
  const saveProfile = createProfileSaving(db);
  const markIndex = createIndexMark(db);

  const ofUser = statement<ProfileRow, [string, string]>(
    db,
    `SELECT *, ${POSTS_HELD} FROM profiles WHERE source = ? AND username = ? ORDER BY as_of DESC LIMIT 1`,
  );

  const upsertProfiles = db.transaction((profiles: Profile[]): SavedItems => {
    const time = now();
    markIndex();
    return savedItems(profiles.map((profile) => saveProfile(profile, time)));
  });

  function selectPage(bindings: Bindings, limit: number): ProfileRow[] {
    const sql = `SELECT *, ${POSTS_HELD} FROM profiles ${where(CONDITIONS, bindings)} ORDER BY username, key LIMIT $limit`;
    return db.query<ProfileRow, Bindings>(sql).all({ ...bindings, limit });
  }

  function countMatches(bindings: Bindings): number {
    const sql = `SELECT count(*) AS total FROM profiles ${where(CONDITIONS, bindings)}`;
    return db.query<{ total: number }, Bindings>(sql).get(bindings)?.total ?? 0;
  }

  function profiles(query: ProfileQuery): ProfilePage {
    const limit = clampLimit(query.limit ?? 50);
    const filters: Bindings = query.q?.trim() ? { part: fold(query.q.trim()) } : {};
    const rows = selectPage({ ...filters, ...positionOf(query.cursor) }, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      profiles: page.map(toProfile),
      total: countMatches(filters),
      nextCursor: last && writeCursor(['profiles', last.username, last.key]),
    };
  }

  return {
    // Immediate for the reason given in posts.ts.
    saveProfiles: (profiles) => upsertProfiles.immediate(profiles).fresh.size,
    upsertProfiles: (profiles) => upsertProfiles.immediate(profiles),
    profiles,
    profileOf(source, username) {
      const row = ofUser.get(source, username);
      return row ? toProfile(row) : undefined;
    },
  };
}

/** How a profile is saved. Runs inside the caller's transaction. */
function createProfileSaving(db: Database) {
  const find = statement<Known, Bindings>(db, FIND);
  const upsert = statement<{ key: number }, Record<string, string | number | null>>(db, UPSERT);
  const fill = statement<void, Record<string, string | number | null>>(db, FILL);
  const renameAuthor = statement<IndexedRow & { key: number }, Bindings>(db, RENAME_AUTHOR);
  const index = createIndexing(db);

  function fillIn(row: ReturnType<typeof toRow>, key: number, now: number): number {
    const { source: _, id: _id, as_of: _at, ...given } = row;
    fill.run({ ...given, key, now });
    return key;
  }

  return function saveProfile(profile: Profile, now: number): { key: number; isNew: boolean } {
    const { source, id } = profile;
    const known = find.get({ source, id });
    const isOlder = known !== null && (profile.asOf?.getTime() ?? now) < known.as_of;
    const row = toRow(newest(profile, known, isOlder), now);
    const key = isOlder ? fillIn(row, known.key, now) : upsert.get({ ...row, now })?.key;
    const before = known?.username ?? id;
    if (before !== row.username)
      for (const post of renameAuthor.iterate({ source, id, before, username: row.username }))
        index.replace(post.key, post);
    return { key: key as number, isNew: !known };
  };
}

function savedItems(saved: { key: number; isNew: boolean }[]): SavedItems {
  const fresh = saved.filter(({ isNew }) => isNew).map(({ key }) => key);
  return { keys: saved.map(({ key }) => key), fresh: new Set(fresh) };
}

function positionOf(cursor: string | undefined): Bindings {
  if (cursor === undefined) return {};
  const [username, key] = readCursor(cursor, 'profiles', 'text', 'integer');
  return { username, key };
}

/** The profile with the newest names. An export has none: there the id stands in the username's place. */
function newest(profile: Profile, known: Known | null, isOlder: boolean): Profile {
  if (!known) return profile;
  const [first, second] = isOlder ? [known, profile] : [profile, known];
  return {
    ...profile,
    username: nameOf(profile.id, [first.username, second.username]),
    name: nameOf(profile.id, [first.name, second.name]),
    bio: isOlder ? known.bio || profile.bio : profile.bio,
  };
}

function toRow(profile: Profile, now: number) {
  return {
    source: profile.source,
    id: profile.id,
    username: profile.username,
    name: profile.name,
    bio: profile.bio,
    location: profile.location ?? null,
    website: profile.website ?? null,
    avatar_url: profile.avatarUrl ?? null,
    created_at: profile.createdAt?.getTime() ?? null,
    followers: profile.followers ?? null,
    following: profile.following ?? null,
    post_count: profile.posts ?? null,
    as_of: profile.asOf?.getTime() ?? now,
    folded: foldedProfile(profile),
  };
}

function toProfile(row: ProfileRow): StoredProfile {
  return {
    source: row.source,
    id: row.id,
    username: row.username,
    name: row.name,
    bio: row.bio,
    location: row.location ?? undefined,
    website: row.website ?? undefined,
    avatarUrl: row.avatar_url ?? undefined,
    createdAt: row.created_at === null ? undefined : new Date(row.created_at),
    followers: row.followers ?? undefined,
    following: row.following ?? undefined,
    posts: row.post_count ?? undefined,
    asOf: row.as_of === 0 ? undefined : new Date(row.as_of),
    postsHeld: row.posts_held,
  };
}
