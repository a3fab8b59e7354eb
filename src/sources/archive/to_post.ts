import type { Post, PostLink, Profile } from '../post.ts';
import { mediaOf } from './attachments.ts';
import { countOf, type Fields, textOf } from './fields.ts';
import { linksIn, quoteIn, repostedOf } from './links.ts';
import { kindOf, type Survey } from './survey.ts';
import { decode } from './text.ts';
import { attachmentsOf, type Tweet } from './tweet.ts';
import { type FindLongText, wholeText } from './whole_text.ts';

/** What a post is read with, besides its entry. */
export interface Surroundings {
  author: Profile;
  findLongText: FindLongText;
  survey: Survey;
}

/**
 * Converts an entry. The author of a repost is the archive's account, and its text is usually cut by X.
 * A post of a thread names the thread's first post; an archive has no other conversation ids.
 */
export function toPost(tweet: Tweet, { author, findLongText, survey }: Surroundings): Post {
  const attachments = attachmentsOf(tweet);
  const { text, listed } = wholeText(tweet, findLongText);
  const links = linksIn(text, listed);
  const { asOf } = survey;
  return {
    source: 'archive',
    id: tweet.id,
    kind: kindOf(tweet, survey),
    author: author.username,
    authorId: author.id,
    authorName: author.name,
    text,
    createdAt: tweet.createdAt,
    url: `https://x.com/${author.username}/status/${tweet.id}`,
    links,
    media: mediaOf(attachments),
    ...relations(tweet, survey, text, links),
    ...counts(tweet.fields),
    ...(asOf && { asOf }),
  };
}

function relations(tweet: Tweet, survey: Survey, text: string, links: PostLink[]): Partial<Post> {
  if (tweet.isRepost) {
    const original = repostedOf(tweet);
    return original ? { repostOf: { ...original.post, text: decode(original.text) } } : {};
  }
  const quote = quoteIn(text, links, [tweet.id, ...tweet.versions]);
  const edits = survey.edits.before(tweet.id);
  return {
    ...replyOf(tweet, survey),
    ...(quote && { quote }),
    ...(edits.length > 0 && { edits }),
  };
}

function replyOf({ id, replyTo }: Tweet, { edits, threads }: Survey): Partial<Post> {
  const thread = threads.threadOf(id);
  // The others may answer an earlier version of the first post.
  const isAnswered = (version: string) => {
    const start = threads.threadOf(version);
    return start.kind === 'own' && start.hasReplies;
  };
  const isInThread =
    thread.kind === 'own' &&
    (thread.hasReplies || edits.before(thread.root).some((version) => isAnswered(version.id)));
  return {
    ...(replyTo && { inReplyToId: edits.latestOf(replyTo.id) }),
    ...(replyTo?.username && { inReplyToAuthor: replyTo.username }),
    ...(isInThread && { threadId: edits.latestOf(thread.root) }),
  };
}

function counts({ lang, favorite_count, retweet_count }: Fields): Partial<Post> {
  const language = languageOf(textOf(lang));
  const likes = countOf(favorite_count);
  const reposts = countOf(retweet_count);
  return {
    ...(language && { language }),
    ...(likes !== undefined && { likes }),
    ...(reposts !== undefined && { reposts }),
  };
}

/**
 * As BCP 47 (X writes `in` and `iw` for Indonesian and Hebrew). Undefined for what is no language:
 * `und`, `zxx`, `art` and X's own codes for posts of only links, tags or pictures (`qme`, `qht`, …),
 * which ISO 639 reserves for private use.
 */
function languageOf(code = ''): string | undefined {
  if (/^(und|zxx|mul|mis|art|q[a-t][a-z])$/i.test(code)) return undefined;
  const known = languages.get(code);
  if (known !== undefined) return known || undefined;
  if (!/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(code)) return undefined;
  const language = canonical(code) ?? '';
  if (languages.size < MAX_LANGUAGES) languages.set(code, language);
  return language || undefined;
}

const languages = new Map<string, string>();
const MAX_LANGUAGES = 1000;

/** Undefined for a tag that only looks like one: `en-12`. */
function canonical(code: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    return undefined;
  }
}
