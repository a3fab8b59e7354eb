/** Posts and profiles: what sources return and the library stores. */

export type PostKind = 'post' | 'reply' | 'repost';

export interface PostLink {
  /** The part of `text` that is the link. */
  text: string;
  /** The full target: `https://…`. */
  url: string;
}

export interface PostMedia {
  type: 'photo' | 'video' | 'animated_gif';
  url: string;
  alt?: string;
}

export interface Post {
  /** The source's name: `sample`, `archive`, `x`, `bluesky`. */
  source: string;
  /** Unique within its source. Always a string: X's ids exceed 2^53. */
  id: string;
  kind: PostKind;
  /** Username of the author, without `@`. */
  author: string;
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
  links: PostLink[];
  media: PostMedia[];
  /** Absent when unknown. */
  likes?: number;
  reposts?: number;
  replies?: number;
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
}
