/** Posts and profiles: what sources return and the library stores. */

export type PostKind = 'post' | 'reply' | 'repost';

export interface PostLink {
  /** The part of `text` that is the link; empty when the address is beside the text, as in a card. */
  text: string;
  /** The full target: `https://…`. */
  url: string;
}

export interface PostMedia {
  type: 'photo' | 'video' | 'animated_gif';
  url: string;
  alt?: string;
}

/** The post that another one quotes, as far as its source shows it. */
export interface QuotedPost {
  id: string;
  /** Username of its author, without `@`. */
  author?: string;
  authorName?: string;
  /** Plain text in full. */
  text?: string;
  url?: string;
}

/** An earlier version of a post that its author has edited. */
export interface PostVersion {
  /** X gives each version an id of its own; Bluesky keeps the id and changes the content's hash. */
  id: string;
  text?: string;
  createdAt?: Date;
}

export interface Post {
  /** The source's name: `sample`, `archive`, `x`, `bluesky`. */
  source: string;
  /** Unique within its source. Always a string: X's ids exceed 2^53. */
  id: string;
  kind: PostKind;
  /** Username of the author, without `@`. Of a repost: who reposted it. */
  author: string;
  /** The author's id, which stays when the username changes. */
  authorId?: string;
  authorName: string;
  /** Plain text in full, with entities decoded. */
  text: string;
  createdAt: Date;
  /** BCP 47 tag, if known. */
  language?: string;
  url?: string;
  inReplyToId?: string;
  inReplyToAuthor?: string;
  /** The first post of its thread, if known. */
  threadId?: string;
  /** Of a repost: the original. */
  repostOf?: QuotedPost;
  quote?: QuotedPost;
  /** Earlier versions, oldest first. Their ids are never posts of their own. */
  edits?: PostVersion[];
  /** Why the source shows it to some readers only, in words: "age-restricted". */
  limited?: string;
  links: PostLink[];
  media: PostMedia[];
  /** Absent when unknown. */
  likes?: number;
  reposts?: number;
  replies?: number;
  /**
   * When the source knew all this: the time of the request, or of an archive's making. What is newer
   * replaces what is older, whatever the order in which they come. Default: now.
   */
  asOf?: Date;
}

export interface Profile {
  source: string;
  id: string;
  /** Without `@`. */
  username: string;
  name: string;
  bio: string;
  location?: string;
  website?: string;
  avatarUrl?: string;
  createdAt?: Date;
  followers?: number;
  following?: number;
  posts?: number;
  /** As of a post. */
  asOf?: Date;
}
