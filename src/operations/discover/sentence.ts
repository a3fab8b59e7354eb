import { counted } from '../../text/format.ts';
import { from, howMany, type Pace, time, trimmed, type Values } from '../sentences.ts';

/** Where people are found by their posts: one of each, and its author, who counts as two. */
const BY_POSTS = { least: 3 };

export default function sentence(values: Values, source?: Pace): string {
  const query = trimmed(values.query);
  const most = howMany(values.maxResults);
  if (query === '') return 'Enter what to look for to see what will be found.';
  if (most === undefined) return 'Enter the number of profiles to find, from 1 to 1,000.';
  const who = `up to ${counted(most, 'profile')} for “${query}”`;
  const then = values.save === 'false' ? ', without keeping them' : ', and keeps them';
  return `Finds ${who}${from(source)}${time(most, source, BY_POSTS)}${then}${andScrapes(values)}.`;
}

function andScrapes({ scrape, maxTweets }: Values): string {
  const each = howMany(maxTweets);
  if (scrape !== 'true' || each === undefined) return '';
  return `; then reads up to ${counted(each, 'post')} of each as a separate job`;
}
