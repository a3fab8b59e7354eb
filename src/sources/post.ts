/** What every source yields and the library keeps: the two nouns of the program. */

export type PostKind = 'post' | 'reply' | 'repost';

export interface PostLink {
  /** The piece of `text` that stands for the link, exactly as it appears there. */
  text: string;
  /** Where it leads, in full: `https://…`. */
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
  /** Plain text, entities decoded, long posts whole. */
  text: string;
  createdAt: Date;
  /** BCP 47 tag, when the source tells. */
  language?: string;
  url?: string;
  inReplyToId?: string;
  inReplyToAuthor?: string;
  /** First post of the thread this one belongs to, when the source tells. */
  threadId?: string;
  links: PostLink[];
  media: PostMedia[];
  /** Absent when the source does not tell. */
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
