import { wordsOf } from '../../src/operations/words.ts';
import { Fact } from '../facts.tsx';
import { WholeText } from './whole_text.tsx';

/** A job's input or result as a list of labels and values. */
export function JobFacts({ facts, type }: { facts: unknown; type: string }): JSX.Element {
  const { labels = {} } = wordsOf(type);
  const entries = entriesOf(facts);
  if (entries.length === 0) return <p class="empty-note">None.</p>;
  return (
    <dl class="facts">
      {entries.map(([name, value]) => (
        <Fact label={Object.hasOwn(labels, name) ? (labels[name] ?? '') : nameInWords(name)}>
          <WholeText text={valueText(value)} />
        </Fact>
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
function nameInWords(key: string): string {
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
    .map(([name, part]) => `${nameInWords(name)}: ${valueText(part)}`)
    .join(', ');
}
