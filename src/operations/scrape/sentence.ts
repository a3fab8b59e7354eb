import { counted } from '../../text/format.ts';
import { readUsername } from '../../text/usernames.ts';
import { from, howMany, type Pace, time, trimmed, type Values } from '../sentences.ts';

export default function sentence(values: Values, source?: Pace): string {
  const most = howMany(values.maxTweets);
  if (most === undefined) return 'Enter the number of posts to read, from 1 to 10,000.';
  const isOnlyNew = values.onlyNew === 'true';
  if (isOnlyNew && values.source === 'archive')
    return 'Untick “Only what is new”: an archive is read whole.';
  const posts = `up to ${counted(most, isOnlyNew ? 'new post' : 'post')}${andKinds(values)}`;
  if (values.source === 'archive') return `Reads ${posts} from ${theArchive(values.archive)}.`;
  if (trimmed(values.username) === '') return 'Enter a username to see what will be read.';
  const read = readUsername(trimmed(values.username));
  if ('problem' in read) return read.problem;
  const { username } = read;
  if (isOnlyNew)
    return `Reads ${posts} of @${username}${from(source)}, down to those of the last run.`;
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
  return trimmed(name) === '' ? 'the archive you choose' : `the archive ${trimmed(name)}`;
}
