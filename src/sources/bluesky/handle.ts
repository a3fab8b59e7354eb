import { readUsername } from '../../text/usernames.ts';

/** The handle or DID in what was typed or pasted; undefined for an email address. */
export function handleIn(typed: string): string | undefined {
  const read = readUsername(typed);
  return 'username' in read && read.source === 'bluesky' ? read.username : undefined;
}
