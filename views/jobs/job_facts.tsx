import { WholeText } from './whole_text.tsx';

/** Labels of the fields that jobs are asked with and answer with; of others, the words in their key. */
const LABELS = new Map([
  ['username', 'Username'],
  ['maxTweets', 'Posts at most'],
  ['scrape', 'Scrape them'],
  ['scraped', 'Scraped'],
  ['includeReplies', 'Replies'],
  ['includeRetweets', 'Reposts'],
  ['source', 'Source'],
  ['archive', 'Archive'],
  ['query', 'Query'],
  ['terms', 'Terms'],
  ['days', 'Of the last days'],
  ['mode', 'Order'],
  ['embed', 'Embed'],
  ['maxResults', 'Profiles at most'],
  ['save', 'Keep profiles'],
  ['model', 'Model'],
  ['batchSize', 'Batch size'],
  ['sessionId', 'Session'],
  ['posts', 'Posts'],
  ['newPosts', 'New posts'],
  ['embedded', 'Embedded'],
  ['profiles', 'Profiles'],
  ['newProfiles', 'New profiles'],
  ['saved', 'Kept'],
  ['found', 'Found'],
]);

/** What a job was asked, or what it returned, as terms and their values. */
export function JobFacts({ facts }: { facts: unknown }): JSX.Element {
  const entries = entriesOf(facts);
  if (entries.length === 0) return <p class="empty-note">Nothing.</p>;
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <>
          <dt safe>{LABELS.get(name) ?? wordsOf(name)}</dt>
          <dd>
            <WholeText text={valueText(value)} />
          </dd>
        </>
      ))}
    </dl>
  );
}

function entriesOf(facts: unknown): [string, unknown][] {
  if (facts === undefined || facts === null) return [];
  if (typeof facts !== 'object' || Array.isArray(facts)) return [['Value', facts]];
  return Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
}

/** `newReplies` → "New replies"; a key that is not made of words, such as `__proto__`, as it is. */
function wordsOf(key: string): string {
  if (/^_|_$/.test(key)) return key;
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function valueText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return entriesOf(value)
    .map(([name, part]) => `${wordsOf(name)}: ${valueText(part)}`)
    .join(', ');
}
