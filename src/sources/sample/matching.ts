import type { Profile } from '../post.ts';

/** A test of whether a text contains any of the terms. */
export function containsAny(terms: string[]): (text: string) => boolean {
  const patterns = terms.filter((term) => term.trim() !== '').map(patternFor);
  return (text) => patterns.some((pattern) => pattern.test(text));
}

/**
 * The profiles whose name, username or bio contain every word of the query, or if there are none, any
 * word. Most words first, then most words in the name, then most followers.
 */
export function matchingProfiles(profiles: Profile[], query: string): Profile[] {
  const patterns = (query.match(/[\p{L}\p{N}]+/gu) ?? []).map(patternFor);
  const ranked = profiles
    .map((profile) => rank(profile, patterns))
    .filter(({ words }) => words > 0)
    .sort(
      (one, other) => other.words - one.words || other.named - one.named || byFollowers(one, other),
    );
  const full = ranked.filter(({ words }) => words === patterns.length);
  return (full.length > 0 ? full : ranked).map(({ profile }) => profile);
}

/**
 * Matches a term at the beginning of a word: "art" is in "artist", not in "start". Scripts without
 * spaces have no word boundaries, so only a Latin letter before the term prevents a match.
 */
function patternFor(term: string): RegExp {
  const words = term
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(?<!\\p{Script=Latin})${words.join('\\s+')}`, 'iu');
}

interface Ranked {
  profile: Profile;
  words: number;
  named: number;
}

function rank(profile: Profile, patterns: RegExp[]): Ranked {
  const name = `${profile.name} ${profile.username}`;
  const count = (text: string) => patterns.filter((pattern) => pattern.test(text)).length;
  return { profile, words: count(`${name} ${profile.bio}`), named: count(name) };
}

function byFollowers(one: Ranked, other: Ranked): number {
  return (other.profile.followers ?? 0) - (one.profile.followers ?? 0);
}
