import { type SearchRequest, Unreadable } from '../../source.ts';

const DAY_MS = 86_400_000;

/** How far back recent search goes; it refuses an earlier start. */
const SEARCHED_MS = 7 * DAY_MS;
const MARGIN_MS = 60_000;

/** The longest query that recent search accepts, in code points. */
const MAX_QUERY = 512;
const NO_REPOSTS = ' -is:retweet';

const USER_FIELDS =
  'created_at,description,entities,location,name,profile_image_url,protected,public_metrics,url,username';
const POST_FIELDS =
  'attachments,author_id,conversation_id,created_at,display_text_range,edit_history_tweet_ids,entities,' +
  'in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,referenced_tweets,withheld';
const MEDIA_FIELDS = 'alt_text,media_key,preview_image_url,type,url,variants';

/**
 * X charges for what an expansion brings, so authors are expanded only where they are not known, and
 * posts not at all: that would bring the parents of replies too. Media cost nothing.
 */
export const USER = { 'user.fields': USER_FIELDS };
export const POSTS = {
  'tweet.fields': POST_FIELDS,
  'media.fields': MEDIA_FIELDS,
  expansions: 'attachments.media_keys',
};
export const POSTS_WITH_AUTHORS = {
  ...POSTS,
  ...USER,
  expansions: 'attachments.media_keys,author_id',
};
export const AUTHORS = { 'tweet.fields': 'author_id', ...USER, expansions: 'author_id' };

/**
 * The terms as queries that match any of them, each as short as X accepts. Terms are words or phrases:
 * X's operators in them are not applied.
 * @throws Unreadable when a single term is longer than a query.
 */
export function queriesOf(terms: string[]): string[] {
  const queries: string[] = [];
  let group: string[] = [];
  for (const term of terms.map(literal)) {
    if (!fits([term])) {
      throw new Unreadable(`X searches for ${MAX_QUERY} characters at most. Shorten “${term}”.`);
    }
    if (!fits([...group, term])) {
      queries.push(anyOf(group));
      group = [];
    }
    group.push(term);
  }
  return [...queries, anyOf(group)];
}

/** The posts whose authors are looked at: those that have all words. */
export function allWords(query: string): string {
  return `${query.split(/\s+/).filter(Boolean).map(literal).join(' ')}${NO_REPOSTS}`;
}

/** Order and beginning of a search. */
export function windowOf({ mode, since }: Pick<SearchRequest, 'mode' | 'since'>, now: Date) {
  const earliest = now.getTime() - SEARCHED_MS + MARGIN_MS;
  return {
    sort_order: mode === 'top' ? 'relevancy' : 'recency',
    ...(since && since.getTime() > earliest && { start_time: toSecond(since) }),
  };
}

/** Whether posts are asked for that recent search no longer has. */
export function isOutOfReach(since: Date | undefined, now: Date): boolean {
  return since === undefined || since.getTime() < now.getTime() - SEARCHED_MS - MARGIN_MS;
}

function fits(terms: string[]): boolean {
  return [...anyOf(terms)].length <= MAX_QUERY;
}

function anyOf(terms: string[]): string {
  return `${terms.length === 1 ? terms[0] : `(${terms.join(' OR ')})`}${NO_REPOSTS}`;
}

/** A single word, tag or name as it is, anything else as a phrase. */
function literal(term: string): string {
  const isWord = /^[#@$]?[\p{L}\p{N}_]+$/u.test(term) && !/^(or|and|not)$/i.test(term);
  return isWord ? term : `"${term.replaceAll(/["\\]/g, ' ').trim()}"`;
}

/** X takes no fractions of a second. */
function toSecond(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
