import { lexicons } from '@atproto/api';
import { cidOf, didFor, recordKey } from './ids.ts';

/** An account of the double. Its fields may be changed at any time. */
export interface Account {
  did: string;
  handle: string;
  displayName?: string;
  description?: string;
  website?: string;
  labels: Label[];
  status?: 'suspended' | 'deactivated';
  followers: number;
  password: string;
  /** Comes first in addition when pins are wanted. */
  pinned?: StoredPost;
  /** Of posts and reposts; newest first once sorted. */
  entries: Entry[];
  isSorted: boolean;
}

export interface Label {
  val: string;
  neg?: boolean;
  exp?: string;
}

export interface StoredPost {
  uri: string;
  cid: string;
  author: Account;
  record: { $type: string; text: string; createdAt: string } & Record<string, unknown>;
  embed?: Record<string, unknown>;
  indexedAt: string;
  likes: number;
  labels: Label[];
  /** Left out of pages after they have been cut, as a takedown is. */
  isHidden?: boolean;
}

export interface Entry {
  post: StoredPost;
  /** What the service sorts by, in ms. */
  sortAt: number;
  cid: string;
  repost?: { by: Account; uri?: string; indexedAt: string };
}

export interface PostFields {
  text: string;
  createdAt?: string;
  indexedAt?: string;
  langs?: string[];
  facets?: unknown[];
  /** The post that is answered. */
  replyTo?: StoredPost;
  embed?: Record<string, unknown>;
  labels?: Label[];
  likes?: number;
  isHidden?: boolean;
}

export const APP_PASSWORD = 'abcd-efgh-ijkl-mnop';

/** The clock of generated posts: each is a minute older or newer than the next. */
const EPOCH = Date.UTC(2026, 0, 1);

/** Invented accounts and their posts, and what the service knows about logins. */
export class World {
  readonly accounts: Account[] = [];
  readonly posts = new Map<string, StoredPost>();
  #made = 0;

  account(handle: string, fields: Partial<Account> = {}): Account {
    const account: Account = {
      did: didFor(handle),
      handle,
      labels: [],
      followers: 12,
      password: APP_PASSWORD,
      entries: [],
      isSorted: true,
      ...fields,
    };
    this.accounts.push(account);
    return account;
  }

  /** Undefined when there is no such account. */
  find(actor: string): Account | undefined {
    return this.accounts.find(({ did, handle }) => did === actor || handle === actor);
  }

  post(author: Account, fields: PostFields): StoredPost {
    const number = ++this.#made;
    const time = new Date(EPOCH + number * 60_000).toISOString();
    const uri = `at://${author.did}/app.bsky.feed.post/${recordKey(number)}`;
    const record = {
      $type: 'app.bsky.feed.post',
      text: fields.text,
      createdAt: fields.createdAt ?? time,
      ...(fields.langs && { langs: fields.langs }),
      ...(fields.facets && { facets: fields.facets }),
      ...(fields.replyTo && { reply: replyRefs(fields.replyTo) }),
    };
    lexicons.assertValidRecord('app.bsky.feed.post', record);
    const indexedAt = fields.indexedAt ?? fields.createdAt ?? time;
    const { embed, labels = [], likes = 0, isHidden } = fields;
    const cid = cidOf(uri + record.text);
    const post = { uri, cid, author, record, embed, indexedAt, likes, labels, isHidden };
    this.posts.set(uri, post);
    this.#add(author, { post, cid, sortAt: sortTime(record.createdAt, indexedAt) });
    return post;
  }

  /** `count` posts, the last of them the newest. */
  postMany(
    author: Account,
    count: number,
    text = (n: number) => `Post ${n} about a quiet harbour`,
  ) {
    return Array.from({ length: count }, (_, index) =>
      this.post(author, { text: text(index + 1) }),
    );
  }

  /** @param hasUri older servers do not name the record of a repost. */
  repost(by: Account, post: StoredPost, { hasUri = true } = {}): void {
    const number = ++this.#made;
    const indexedAt = new Date(EPOCH + number * 60_000).toISOString();
    const uri = `at://${by.did}/app.bsky.feed.repost/${recordKey(number)}`;
    const repost = { by, indexedAt, ...(hasUri && { uri }) };
    this.#add(by, { post, repost, cid: cidOf(uri), sortAt: Date.parse(indexedAt) });
  }

  /** Another text under the same address, with another hash. */
  edit(post: StoredPost, text: string): void {
    post.record = { ...post.record, text };
    post.cid = cidOf(post.uri + text);
  }

  /** Newest first, as the service lists them. */
  entriesOf(account: Account): Entry[] {
    if (!account.isSorted) {
      account.entries.sort((a, b) => b.sortAt - a.sortAt || (a.cid < b.cid ? 1 : -1));
      account.isSorted = true;
    }
    return account.entries;
  }

  #add(account: Account, entry: Entry): void {
    account.entries.push(entry);
    account.isSorted = false;
  }
}

function sortTime(createdAt: string, indexedAt: string): number {
  return Math.min(Date.parse(createdAt), Date.parse(indexedAt));
}

function replyRefs(parent: StoredPost) {
  const ref = ({ uri, cid }: StoredPost) => ({ uri, cid });
  const { reply } = parent.record as { reply?: { root: { uri: string; cid: string } } };
  return { parent: ref(parent), root: reply?.root ?? ref(parent) };
}
