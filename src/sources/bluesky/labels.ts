import { fieldsOf, listOf } from './fields.ts';

/** Why apps show a post to some readers only. Others, such as labels for topics, limit nothing. */
const WORDS: Record<string, string> = {
  porn: 'adult content',
  sexual: 'sexually suggestive',
  nudity: 'nudity',
  'graphic-media': 'graphic media',
  gore: 'graphic media',
  '!warn': 'shown with a warning',
  '!hide': 'hidden by moderators',
  '!no-unauthenticated': 'signed-in readers only',
};

const SIGNED_IN_ONLY = '!no-unauthenticated';

/** What limits a post, in words: "adult content, signed-in readers only". */
export function limitedBy(labels: unknown, authorLabels: unknown, now: Date): string | undefined {
  const values = valid(labels, now).map(({ val }) => val);
  if (isSignedInOnly(authorLabels, now)) values.push(SIGNED_IN_ONLY);
  const words = values.flatMap((value) => WORDS[value] ?? []);
  return words.length > 0 ? [...new Set(words)].join(', ') : undefined;
}

/** Whether the account asks apps to show it to signed-in people only. */
export function isSignedInOnly(labels: unknown, now: Date): boolean {
  return valid(labels, now).some(({ val }) => val === SIGNED_IN_ONLY);
}

/** Labels that hold at this time: not those that were taken back or have expired. */
function valid(labels: unknown, now: Date): { val: string }[] {
  const all = listOf(labels);
  if (all.length === 0) return [];
  const read = all.map(fieldsOf).filter(({ val }) => typeof val === 'string');
  const negated = new Set(read.filter(({ neg }) => neg).map(({ val, src }) => `${src} ${val}`));
  const isExpired = (exp: unknown) => typeof exp === 'string' && Date.parse(exp) <= now.getTime();
  return read
    .filter(({ val, src, exp }) => !negated.has(`${src} ${val}`) && !isExpired(exp))
    .map(({ val }) => ({ val: String(val) }));
}
