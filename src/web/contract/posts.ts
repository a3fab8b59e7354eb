import { z } from 'zod';
import { ATTACHED } from '../../library/finding/attached.ts';
import { once } from '../../platform/once.ts';
import { POST } from './examples.ts';

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());

const quoted = () =>
  z.object({
    id: z.string(),
    author: z.string().optional(),
    authorName: z.string().optional(),
    text: z.string().optional(),
    url: z.string().optional(),
  });

/** A part of a text, in UTF-16 units. */
const part = once(() => z.object({ from: count(), to: count() }));
const facet = once(() => z.array(z.object({ value: z.string(), count: count() })));

const post = once(() =>
  z.object({
    source: z.string(),
    id: z.string().describe('Unique within its source.'),
    kind: z.enum(['post', 'reply', 'repost']),
    author: z.string().describe('Of a repost: who reposted it.'),
    authorId: z.string().optional().describe('Stays when the username changes.'),
    authorName: z.string(),
    text: z.string(),
    createdAt: time(),
    language: z.string().optional(),
    url: z.string().optional(),
    inReplyToId: z.string().optional(),
    inReplyToAuthor: z.string().optional(),
    threadId: z.string().optional(),
    repostOf: quoted().optional().describe('Of a repost: the original.'),
    quote: quoted().optional().describe('The post that it quotes, as far as it is known.'),
    edits: z
      .array(
        z.object({
          id: z.string(),
          text: z.string().optional(),
          createdAt: time().optional(),
        }),
      )
      .optional()
      .describe('Earlier versions, oldest first.'),
    limited: z.string().optional().describe('Why the source shows it to some readers only.'),
    links: z.array(z.object({ text: z.string(), url: z.string() })),
    media: z.array(
      z.object({
        type: z.enum(['photo', 'video', 'animated_gif']),
        url: z.string(),
        alt: z.string().optional(),
      }),
    ),
    likes: count().optional(),
    reposts: count().optional(),
    replies: count().optional(),
    asOf: time().optional().describe('When its source knew all this.'),
    similarity: z.number().optional().describe('With by=meaning; 1 means identical.'),
  }),
);

const foundPost = once(() =>
  post().extend({
    marks: z.array(part()).describe('Where the text has the words, in UTF-16 units.'),
    places: z
      .array(
        z.object({
          in: z.enum(['authorName', 'original', ...ATTACHED]),
          index: z.int().optional().describe('Which of its links or media, from 0.'),
          text: z.string(),
          marks: z.array(part()),
        }),
      )
      .optional()
      .describe('Where else it has them: names, links, descriptions, the quoted post.'),
    snippet: part().optional().describe('The part of a long text that says it best.'),
    why: z
      .object({
        words: z.literal(true).optional().describe('It has all words.'),
        someWords: z.literal(true).optional().describe('It has some of them.'),
        meaning: z.literal(true).optional(),
      })
      .describe('By what it was found; empty for filters alone.'),
  }),
);

const facets = once(() =>
  z.object({
    authors: facet(),
    years: facet(),
    kinds: facet(),
    sources: facet(),
    isCapped: z.boolean().describe('Not all of the posts found were counted.'),
    counted: count().describe('How many posts were counted.'),
    isOfNearest: z
      .literal(true)
      .optional()
      .describe(
        'The nearest in meaning were counted; a narrower query takes the nearest anew, and may find more.',
      ),
  }),
);

export const POST_SCHEMAS = {
  PostPage: once(() =>
    z
      .object({
        posts: z.array(post()),
        total: count(),
        nextCursor: z.string().optional(),
        notes: z
          .array(z.string())
          .optional()
          .describe('With by=meaning: what limits this search, for people.'),
      })
      .meta({ examples: [{ posts: [POST], total: 1 }] }),
  ),
  Found: once(() =>
    z
      .object({
        posts: z.array(foundPost()),
        total: count(),
        isCapped: z.literal(true).optional().describe('There are at least `total`.'),
        unranked: count()
          .optional()
          .describe(
            'On the last page: how many more were found, of which only the best are listed.',
          ),
        understood: z.string().describe('The query as it was understood, in words.'),
        didYouMean: z
          .string()
          .optional()
          .describe('The query with similar words for those that no post has.'),
        notes: z.array(z.string()).optional().describe('What limits this answer, for people.'),
        facets: facets().optional().describe('With facets=true: how the posts found are spread.'),
        nextCursor: z.string().optional(),
      })
      .meta({
        examples: [
          {
            posts: [{ ...POST, marks: [], why: { words: true } }],
            total: 1,
            understood: 'telescope',
          },
        ],
      }),
  ),
};
