/** How people write a user's name: the one rule for forms, filters, programs and the terminal. */

export const MAX_USERNAME_LENGTH = 100;
/** The longest text in which a name is looked for: addresses are longer than names. */
export const MAX_TYPED_LENGTH = 500;

const INVALID = `Username may only have letters, digits and _ . -, at most ${MAX_USERNAME_LENGTH}, with or without a leading @. The address of a profile will do too.`;
const noUser = (example: string) => ({
  problem: `Username is missing in this address. Paste the address of a profile, for example ${example}.`,
});
const NO_X_USER = noUser('https://x.com/aurora_lab');
const NO_BLUESKY_USER = noUser('https://bsky.app/profile/ada.bsky.social');
const FOREIGN =
  'Username cannot be read from this address: it is neither of X nor of Bluesky. Type the name alone.';

/** `source` is set when what was typed tells it, as an address does. */
export type ReadUsername = { username: string; source?: string } | { problem: string };

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const DID = /^did:(?:plc:[a-z2-7]+|web:[a-z\d.:%-]+)$/i;
/** A domain, as names on Bluesky are: its last part begins with a letter. */
const DOMAIN = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z][a-z\d-]*[a-z\d]$/i;
const X_NAME = /^\w{1,20}$/;
const SERVICES: Partial<Record<string, string>> = { x: 'X', bluesky: 'Bluesky' };
const X_HOST = /^(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com$/i;
const BLUESKY_HOST = /^(?:www\.)?bsky\.app$/i;
/** What stands around a name in a sentence or a list. */
const LEADING = /^[\s([{"'“”„‘’«»「]+/;
const TRAILING = /[\s)\]}"'“”‘’«»」,;]+$/;
/** An address, with or without its scheme; its host is the first group, what follows the second. */
const WEB_ADDRESS = /^(?:https?:)?\/\/(?:[^/?#@]*@)?([^/?#:]+)(?::\d+)?(.*)$/is;
const BARE_ADDRESS = /^((?:(?:www|mobile|m)\.)?(?:x\.com|twitter\.com|bsky\.app))([/?#].*)?$/is;

/** The first parts of X's addresses that are no users. */
const X_PAGES = new Set(
  'about account compose download explore hashtag help home i intent jobs login logout messages notifications privacy search settings share signup tos who_to_follow'.split(
    ' ',
  ),
);

/**
 * Reads a username as people type and paste it: with or without `@`, as the address of a profile or a
 * post on X or Bluesky, as a DID, with invisible characters around it.
 */
export function readUsername(typed: string): ReadUsername {
  const text = typed.length > MAX_TYPED_LENGTH ? '' : visible(typed);
  if (text === '') return { problem: INVALID };
  if (/^at:\/\//i.test(text)) return blueskyName(text.slice('at://'.length));
  const address = WEB_ADDRESS.exec(text) ?? BARE_ADDRESS.exec(text);
  if (address) return fromAddress(address[1] ?? '', address[2] ?? '');
  return bareName(text.replace(/^@\s*/, '').replace(/\/+$/, ''));
}

/** The source that a typed name tells: `x` or `bluesky`; `undefined` when it tells none. */
export function sourceOfAddress(typed: string): string | undefined {
  const read = readUsername(typed);
  return 'problem' in read ? undefined : read.source;
}

/** What is wrong with a typed name, for people; `undefined` when nothing is. */
export function usernameProblem(typed: string): string | undefined {
  const read = readUsername(typed);
  return 'problem' in read ? read.problem : undefined;
}

/**
 * Why a source that was chosen can have no such user, for people: the address is of another service, or
 * the service has no names of this form. `undefined` when it can.
 * @param label of the source, for use in a sentence: "the synthetic sample".
 */
export function mismatch(typed: string, source: string, label: string): string | undefined {
  const read = readUsername(typed);
  if ('problem' in read) return undefined;
  const { username, source: told } = read;
  const service = SERVICES[told ?? ''];
  if (service !== undefined && told !== source && isAddress(typed))
    return `This is an address of ${service}; the source is ${label}.`;
  if (source === 'bluesky' && told !== 'bluesky')
    return `Username must be a Bluesky handle, which has a dot, for example ${exampleHandle(username)}.`;
  if (source === 'x' && !X_NAME.test(username))
    return 'Username must be a name on X, which has only letters, digits and _, at most 20.';
  return undefined;
}

/** Handles have no underscores and no letters beyond those of ASCII. */
function exampleHandle(name: string): string {
  return `${/^[a-z\d-]+$/i.test(name) ? name : 'ada'}.bsky.social`;
}

function isAddress(typed: string): boolean {
  const text = visible(typed);
  return [/^at:\/\//i, WEB_ADDRESS, BARE_ADDRESS].some((address) => address.test(text));
}

/** Without invisible characters, such as those that set the direction, and with a plain `@`. */
function visible(typed: string): string {
  const text = typed
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim();
  const inner = /^<.*[/:].*>$/s.test(text) ? text.slice(1, -1) : text;
  const bare = inner.replace(LEADING, '').replace(TRAILING, '');
  return /^https?%3a%2f%2f/i.test(bare) ? decoded(bare) : bare;
}

function fromAddress(host: string, rest: string): ReadUsername {
  if (X_HOST.test(host)) return xName(rest);
  if (BLUESKY_HOST.test(host)) {
    const [page = '', actor = ''] = partsOf(rest);
    return page.toLowerCase() === 'profile' ? blueskyName(actor) : NO_BLUESKY_USER;
  }
  // The address of a name on Bluesky's own domain leads to its profile.
  return /^[^.]+\.bsky\.social$/i.test(host) ? blueskyName(host) : { problem: FOREIGN };
}

function xName(rest: string): ReadUsername {
  // Addresses of 2011 had the name after #!, and buttons still have it as a parameter.
  const [first = ''] = partsOf(rest.replace(/^\/?#!/, ''));
  const named = /[?&]screen_name=([^&#]+)/.exec(rest)?.[1];
  const name = withoutAt(named === undefined ? first : decoded(named));
  if (named === undefined && X_PAGES.has(name.toLowerCase())) return NO_X_USER;
  if (name === '') return NO_X_USER;
  return X_NAME.test(name) ? { username: name, source: 'x' } : { problem: INVALID };
}

function blueskyName(actor: string): ReadUsername {
  const name = withoutAt(partsOf(actor)[0] ?? '');
  if (name === '') return NO_BLUESKY_USER;
  const isName = DID.test(name) || (DOMAIN.test(name) && name.length <= MAX_USERNAME_LENGTH);
  return isName ? { username: name, source: 'bluesky' } : { problem: INVALID };
}

function bareName(name: string): ReadUsername {
  if (DID.test(name)) return { username: name, source: 'bluesky' };
  if (!NAME.test(name) || name.length > MAX_USERNAME_LENGTH) return { problem: INVALID };
  // X's names have no dots.
  return DOMAIN.test(name) ? { username: name, source: 'bluesky' } : { username: name };
}

/** The parts of a path, without what follows it. */
function partsOf(path: string): string[] {
  const [before = ''] = path.split(/[?#]/, 1);
  return before.split('/').filter(Boolean).map(decoded);
}

const withoutAt = (name: string) => name.replace(/^@/, '');

function decoded(part: string): string {
  try {
    return decodeURIComponent(part).trim();
  } catch {
    return part;
  }
}
