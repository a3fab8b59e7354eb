import type { PostVersion } from '../post.ts';
import type { Tweet } from './tweet.ts';

/** One version of an edited post: absent from the archive, in it, or in it and read. */
interface Version {
  id: string;
  tweet?: Tweet;
  text?: string;
}

interface EditedPost {
  versions: Map<string, Version>;
  /** The id of the newest version in the archive. */
  latest: string;
}

/**
 * The edited posts of an archive. X gives every version an id and an entry of its own; an entry lists the
 * ids of the others, but that of the first version may not.
 */
export class Edits {
  readonly #posts = new Map<string, EditedPost>();

  /** Adds what an entry says of its versions, and its text if it is one of them. */
  add(tweet: Tweet, textOf: (tweet: Tweet) => string): void {
    if (tweet.versions.length > 0) this.#join(tweet.versions);
    const version = this.#posts.get(tweet.id)?.versions.get(tweet.id);
    if (!version) return;
    version.tweet = { ...tweet, fields: {} };
    version.text = textOf(tweet);
  }

  /** @param isInArchive once all entries are read. */
  finish(isInArchive: (id: string) => boolean): void {
    for (const post of new Set(this.#posts.values())) {
      const present = [...post.versions.keys()].filter(isInArchive).sort(byAge);
      post.latest = present.at(-1) ?? '';
    }
  }

  /** The ids of versions in the archive whose text was not added. */
  unread(isInArchive: (id: string) => boolean): Set<string> {
    const without = [...this.#posts.keys()].filter((id) => !this.#versionOf(id)?.tweet);
    return new Set(without.filter(isInArchive));
  }

  /** Whether the archive has a newer version. */
  isReplaced(id: string): boolean {
    return this.latestOf(id) !== id;
  }

  /** The newest version in the archive; the post itself when it was not edited. */
  latestOf(id: string): string {
    return this.#posts.get(id)?.latest || id;
  }

  /** The versions in the archive that are replaced by newer ones. */
  *replaced(): Generator<Tweet> {
    for (const id of this.#posts.keys()) {
      const { tweet } = this.#versionOf(id) ?? {};
      if (tweet && this.isReplaced(id)) yield tweet;
    }
  }

  /** The versions before this one, oldest first. */
  before(id: string): PostVersion[] {
    const versions = [...(this.#posts.get(id)?.versions.values() ?? [])];
    return versions
      .filter((version) => byAge(version.id, id) < 0)
      .sort((a, b) => byAge(a.id, b.id))
      .map(({ id: versionId, text, tweet }) => ({
        id: versionId,
        ...(text !== undefined && { text }),
        ...(tweet && { createdAt: tweet.createdAt }),
      }));
  }

  #versionOf(id: string): Version | undefined {
    return this.#posts.get(id)?.versions.get(id);
  }

  #join(ids: string[]): void {
    const known = ids.map((id) => this.#posts.get(id)).filter((post) => post !== undefined);
    const post = known[0] ?? { versions: new Map<string, Version>(), latest: '' };
    for (const other of known.slice(1)) {
      for (const [id, version] of other.versions) this.#place(post, id, version);
    }
    for (const id of ids) this.#place(post, id, post.versions.get(id) ?? { id });
  }

  #place(post: EditedPost, id: string, version: Version): void {
    post.versions.set(id, version);
    this.#posts.set(id, post);
  }
}

/** Ids are as old as they are small, and exceed 2^53. */
function byAge(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
