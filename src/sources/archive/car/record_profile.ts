import { z } from 'zod';
import { optional, text, time, webAddress } from '../../bluesky/fields.ts';
import type { Profile } from '../../post.ts';
import { imageAddress } from './addresses.ts';
import { blob, selfLabels } from './fields.ts';

const profileSchema = z.object({
  displayName: text,
  description: text,
  website: optional(webAddress),
  avatar: optional(blob),
  createdAt: time,
  labels: selfLabels,
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

/** The account of an export. */
export interface OwnProfile {
  profile: Profile;
  labels: unknown;
}

/** @param record of the collection `app.bsky.actor.profile`; undefined when the account has none. */
export function readOwnProfile(record: unknown, owner: Owner): OwnProfile {
  const fields: z.infer<typeof profileSchema> = profileSchema.safeParse(record).data ?? {};
  const { displayName, description, website, avatar, createdAt, labels } = fields;
  const profile = {
    source: 'bluesky',
    id: owner.did,
    username: owner.username,
    name: displayName ?? owner.username,
    bio: description ?? '',
    posts: owner.posts,
    following: owner.following,
    ...(website && { website }),
    ...(avatar && { avatarUrl: imageAddress('avatar', owner.did, avatar) }),
    ...(createdAt && { createdAt }),
    ...(owner.asOf && { asOf: owner.asOf }),
  };
  return { profile, labels };
}
