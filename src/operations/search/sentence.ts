import type { SourcePace } from '../../sources/connection.ts';
import { count, counted } from '../../text/format.ts';
import { quoted } from '../../text/isolated.ts';
import { listed } from '../../text/listed.ts';
import {
  atMost,
  budgetNote,
  from,
  howMany,
  MAX_TERMS,
  termsOf,
  time,
  tooManyTerms,
  trimmed,
  type Values,
} from '../sentences.ts';

/** What is read when no number is given. */
export const DEFAULT_POSTS = 100;

/** Each post may be of another author, who counts as two posts. */
const WITH_AUTHORS = { least: 1, most: 3 };

export default function sentence(values: Values, source?: SourcePace): string {
  const terms = termsOf(trimmed(values.query));
  const most = atMost(values.maxTweets ?? String(DEFAULT_POSTS), 10_000);
  if (terms.length === 0) return 'Enter one or more terms to see what will be read.';
  if (terms.length > MAX_TERMS) return tooManyTerms('Query');
  if (most === undefined) return 'Enter the number of posts to read, from 1 to 10,000, or “all”.';
  const mode = values.mode === 'top' ? 'top' : 'latest';
  const which = `up to ${counted(most, `${mode} post`)} about ${either(terms)}`;
  const then = values.embed === 'true' ? ', then embeds them' : '';
  const notes = `${daysNote(values.days, source)}${budgetNote(most, source, WITH_AUTHORS)}`;
  return `Reads ${which}${since(values.days)}${from(source)}${time(most, source, WITH_AUTHORS)}${then}.${notes}`;
}

/** That the service does not search as far back. */
function daysNote(asked: string | undefined, source: SourcePace | undefined): string {
  const { days } = source?.reach ?? {};
  if (days === undefined || (howMany(asked) ?? Number.POSITIVE_INFINITY) <= days) return '';
  return ` Only posts of the last ${count(days)} days can be read${from(source)}.`;
}

function since(days: string | undefined): string {
  const n = howMany(days);
  if (n === undefined) return '';
  return n === 1 ? ' of the last day' : ` of the last ${count(n)} days`;
}

/** `“space”`, `“space” or “jazz”`, `“space”, “jazz” or “tea”`. */
function either(terms: string[]): string {
  return listed(terms.map(quoted), 'or');
}
