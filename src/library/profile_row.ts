import { fold } from '../find/fold.ts';
import type { Profile } from '../sources/post.ts';

/** The text in which profiles are looked for. */
export function foldedProfile({ username, name, bio }: Pick<Profile, 'username' | 'name' | 'bio'>) {
  return fold(`${username}\n${name}\n${bio}`);
}
