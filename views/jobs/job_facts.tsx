import { WholeText } from './whole_text.tsx';

/** Labels of the fields of inputs and results; other labels are made from the key. */
const LABELS = new Map([
  ['username', 'Username'],
  ['maxTweets', 'Maximum posts'],
  ['scrape', 'Scrape profiles'],
  ['scraped', 'Scraped'],
  ['includeReplies', 'Replies'],
  ['includeRetweets', 'Reposts'],
  ['source', 'Source'],
  ['archive', 'Archive'],
  ['query', 'Query'],
  ['terms', 'Terms'],
  ['days', 'Days'],
  ['mode', 'Order'],
  ['embed', 'Embed'],
  ['maxResults', 'Maximum profiles'],
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

/** A job's input or result as a list of labels and values. */
export function JobFacts({ facts }: { facts: unknown }): JSX.Element {
  const entries = entriesOf(facts);
  if (entries.length === 0) return <p class="empty-note">None.</p>;
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

/** `newReplies` → "New replies"; a key such as `__proto__` stays as it is. */
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
