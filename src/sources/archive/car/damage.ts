import { Unreadable } from '../../source.ts';

const ADVICE = 'Export it from Bluesky again, or copy it again.';

/** @param what happened, as a sentence without its full stop: "its block 12 is cut off". */
export function damaged(what: string, cause?: unknown): Unreadable {
  return new Unreadable(`The Bluesky export is damaged: ${what}. ${ADVICE}`, { cause });
}

/** @param what is missing: "the record app.bsky.feed.post/3kaaaaaaaaa2a". */
export function incomplete(what: string): Unreadable {
  return new Unreadable(`The Bluesky export is incomplete: ${what} is missing. ${ADVICE}`);
}

/** @param what exceeds which limit: "it has more than 5,000,000 blocks". */
export function tooLarge(what: string): Unreadable {
  return new Unreadable(`The Bluesky export is too large: ${what}.`);
}
