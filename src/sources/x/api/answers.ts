import { z } from 'zod';
import { count, id, list, optional } from '../schema.ts';

/**
 * The shapes of X's API v2 that are read. X has two vocabularies: `tweet.fields` answers with
 * `note_tweet`, `referenced_tweets` and so on, `post.fields` with `note_post`, `referenced_posts`.
 * Requests use the first, and both are read, because X is changing from one to the other.
 */

const date = z
  .string()
  .transform((text) => new Date(text))
  .refine((time) => !Number.isNaN(time.getTime()));

const entities = z.object({
  urls: list(
    z.object({
      url: z.string(),
      expanded_url: optional(z.string()),
      media_key: optional(z.string()),
    }),
  ).optional(),
  mentions: list(
    z.object({ username: z.string(), id: optional(id), end: optional(z.number()) }),
  ).optional(),
});

const note = z.object({ text: z.string(), entities: optional(entities) });
const reference = z.object({ type: z.enum(['retweeted', 'quoted', 'replied_to']), id: id });
const metrics = z.object({
  like_count: count,
  reply_count: count,
  retweet_count: count,
  repost_count: count,
});

export const postSchema = z
  .object({
    id: id,
    text: z.string(),
    author_id: id,
    created_at: date,
    conversation_id: optional(id),
    in_reply_to_user_id: optional(id),
    display_text_range: optional(z.tuple([z.number(), z.number()])),
    lang: optional(z.string()),
    possibly_sensitive: optional(z.boolean()),
    withheld: optional(
      z.object({ copyright: optional(z.boolean()), country_codes: list(z.string()) }),
    ),
    entities: optional(entities),
    attachments: optional(z.object({ media_keys: list(z.string()) })),
    public_metrics: optional(metrics),
    note_tweet: optional(note),
    note_post: optional(note),
    referenced_tweets: optional(list(reference)),
    referenced_posts: optional(list(reference)),
    edit_history_tweet_ids: optional(list(id)),
    edit_history_post_ids: optional(list(id)),
  })
  .transform(({ note_post, referenced_posts, edit_history_post_ids, ...post }) => ({
    ...post,
    note: post.note_tweet ?? note_post,
    references: post.referenced_tweets ?? referenced_posts ?? [],
    editHistory: post.edit_history_tweet_ids ?? edit_history_post_ids ?? [],
  }));

export const mediaSchema = z.object({
  media_key: z.string(),
  type: z.enum(['photo', 'video', 'animated_gif']),
  url: optional(z.string()),
  preview_image_url: optional(z.string()),
  alt_text: optional(z.string().min(1)),
  variants: list(
    z.object({
      content_type: z.literal('video/mp4'),
      url: z.string(),
      bit_rate: z.number().catch(0),
    }),
  ).optional(),
});

const userEntities = z.object({
  url: optional(entities),
  description: optional(entities),
});

export const userSchema = z.object({
  id: id,
  username: z.string().min(1),
  name: z.string().catch(''),
  description: z.string().catch(''),
  created_at: optional(date),
  location: optional(z.string()),
  url: optional(z.string()),
  profile_image_url: optional(z.string()),
  protected: optional(z.boolean()),
  entities: optional(userEntities),
  public_metrics: optional(
    z.object({
      followers_count: count,
      following_count: count,
      tweet_count: count,
      post_count: count,
    }),
  ),
});

/** An RFC 7807 problem; beside data it is about a single object, such as a deleted quoted post. */
export const problemSchema = z.object({
  type: z.string().catch(''),
  title: z.string().catch(''),
  detail: z.string().catch(''),
  reason: z.string().catch(''),
  /** The form of X's older interfaces. */
  message: z.string().catch(''),
});

/** An answer with status 200. An empty page has no `data`; `data` is one object for a single user. */
export const answerSchema = z.object({
  data: z.unknown().optional(),
  includes: z
    .object({
      users: list(userSchema),
      media: list(mediaSchema),
      tweets: list(postSchema).optional(),
      posts: list(postSchema).optional(),
    })
    .catch({ users: [], media: [] }),
  errors: list(problemSchema),
  meta: optional(z.object({ next_token: optional(z.string().min(1)) })),
});

export type ApiPost = z.output<typeof postSchema>;
export type ApiUser = z.output<typeof userSchema>;
export type ApiMedia = z.output<typeof mediaSchema>;
export type Problem = z.output<typeof problemSchema>;
export type Answer = z.output<typeof answerSchema>;
export type Entities = z.output<typeof entities>;

export interface Items {
  posts: ApiPost[];
  /** How many objects have no id, text, author or date. */
  unreadable: number;
}

/** The posts of an answer, in its order. */
export function postsOf({ data }: Answer): Items {
  const items = Array.isArray(data) ? data : [];
  const posts = items.flatMap((item) => postSchema.safeParse(item).data ?? []);
  return { posts, unreadable: items.length - posts.length };
}
