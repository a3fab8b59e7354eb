import type { SourceOption } from '../../views/view_models.ts';
import { count, counted, estimate } from './format.ts';

/** A form's fields by name, as text, and what the page adds to them. */
export type Values = Record<string, string | undefined>;

/** What the estimate is made of. */
export type Pace = Pick<SourceOption, 'label' | 'pageMs' | 'pageSize'>;

/**
 * What a form would start, in one sentence. The server renders it and the browser's script again
 * after every key, so it takes whatever was typed. For `embed`, `values.waiting` is the number of
 * posts without a vector. Empty for a type it does not know. Holds what was typed: escape it.
 */
export function sentence(type: string, values: Values, source?: Pace): string {
  switch (type) {
    case 'scrape':
      return scrapeSentence(values, source);
    case 'search':
      return searchSentence(values, source);
    case 'discover':
      return discoverSentence(values, source);
    case 'embed':
      return embedSentence(values);
    default:
      return '';
  }
}

function scrapeSentence(values: Values, source: Pace | undefined): string {
  const most = howMany(values.maxTweets);
  if (most === undefined) return 'Say how many posts to read, from 1 to 10,000.';
  const posts = `up to ${counted(most, 'post')}${andKinds(values)}`;
  if (values.source === 'archive') return `Reads ${posts} from ${theArchive(values.archive)}.`;
  const username = text(values.username).replace(/^@/, '');
  if (username === '') return 'Name a user, and this says what will be read.';
  return `Reads ${posts} of @${username}${from(source)}${time(most, source)}.`;
}

function andKinds({ includeReplies, includeRetweets }: Values): string {
  const kinds = [
    includeReplies === 'true' && 'replies',
    includeRetweets === 'true' && 'reposts',
  ].filter(Boolean);
  return kinds.length > 0 ? `, ${kinds.join(' and ')} included,` : '';
}

function theArchive(name: string | undefined): string {
  return text(name) === '' ? 'the archive you choose' : `the archive ${text(name)}`;
}

function searchSentence(values: Values, source: Pace | undefined): string {
  const terms = text(values.query).split(',').map(text).filter(Boolean);
  const most = howMany(values.maxTweets);
  if (terms.length === 0) return 'Name one or more terms, and this says what will be read.';
  if (most === undefined) return 'Say how many posts to read, from 1 to 10,000.';
  const which = `up to ${counted(most, `${mode(values.mode)} post`)} about ${either(terms)}`;
  const then = values.embed === 'true' ? ', then embeds them' : '';
  return `Reads ${which}${since(values.days)}${from(source)}${time(most, source)}${then}.`;
}

function mode(chosen: string | undefined): string {
  return chosen === 'top' ? 'top' : 'latest';
}

function since(days: string | undefined): string {
  const n = howMany(days);
  if (n === undefined) return '';
  return n === 1 ? ' of the last day' : ` of the last ${count(n)} days`;
}

function discoverSentence(values: Values, source: Pace | undefined): string {
  const query = text(values.query);
  const most = howMany(values.maxResults);
  if (query === '') return 'Say who to look for, and this says what will happen.';
  if (most === undefined) return 'Say how many profiles to find, from 1 to 1,000.';
  const who = `up to ${counted(most, 'profile')} for “${query}”`;
  const then = values.save === 'false' ? ', without keeping them' : ', and keeps them';
  const each = howMany(values.maxTweets);
  const scrapes =
    values.scrape === 'true' && each !== undefined
      ? `; then reads up to ${counted(each, 'post')} of each, as a job of its own`
      : '';
  return `Finds ${who}${from(source)}${time(most, source)}${then}${scrapes}.`;
}

function embedSentence(values: Values): string {
  const waiting = Number(values.waiting ?? Number.NaN);
  if (waiting === 0) return 'Every post has its vector; there is nothing to embed.';
  const posts = Number.isFinite(waiting)
    ? `${counted(waiting, 'post')} without a vector`
    : 'every post without a vector';
  const batch = howMany(values.batchSize);
  const model = text(values.model);
  return `Embeds ${posts}${model && ` with ${model}`}${batch ? `, ${count(batch)} at a time` : ''}.`;
}

function howMany(typed: string | undefined): number | undefined {
  const n = Number(text(typed) || Number.NaN);
  return Number.isInteger(n) && n > 0 && n <= 10_000 ? n : undefined;
}

/** `“space”`, `“space” or “jazz”`, `“space”, “jazz” or “tea”`. */
function either(terms: string[]): string {
  const quoted = terms.map((term) => `“${term}”`);
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

function from(source: Pace | undefined): string {
  return source ? ` from ${source.label}` : '';
}

/** Nothing for a source whose pace is not known: 0 ms a page. */
function time(items: number, source: Pace | undefined): string {
  if (!source || source.pageMs <= 0 || source.pageSize <= 0) return '';
  return `, about ${estimate(Math.ceil(items / source.pageSize) * source.pageMs)}`;
}

function text(typed: string | undefined): string {
  return (typed ?? '').trim();
}
