import { z } from 'zod';
import { timeOf } from '../../../platform/time.ts';
import type { Profile } from '../../post.ts';
import { isWebAddress } from '../text.ts';
import { imageAddress } from './addresses.ts';
import { blob, optional, text } from './fields.ts';

const profileSchema = z.object({
  displayName: optional(text),
  description: optional(text),
  website: optional(text),
  avatar: optional(blob),
  createdAt: optional(z.string()),
});

/** What an export says of its account besides the profile's record. */
export interface Owner {
  did: string;
  username: string;
  asOf?: Date;
  /** Of the whole export. */
  posts: number;
  following: number;
}

/** @param record of the collection `app.bsky.actor.profile`; undefined when the account has none. */
export function toProfile(record: unknown, owner: Owner): Profile {
  const fields = profileSchema.safeParse(record).data ?? {};
  const { displayName, description, website, avatar } = fields;
  const created = timeOf(fields.createdAt ?? '');
  return {
    source: 'bluesky',
    id: owner.did,
    username: owner.username,
    name: displayName?.trim() || owner.username,
    bio: description ?? '',
    posts: owner.posts,
    following: owner.following,
    ...(isWebAddress(website) && { website }),
    ...(avatar && { avatarUrl: imageAddress('avatar', owner.did, avatar) }),
    ...(created !== undefined && { createdAt: new Date(created) }),
    ...(owner.asOf && { asOf: owner.asOf }),
  };
}
