import { z } from 'zod';
import type { Profile } from '../post.ts';
import { count, optional, text, time, webAddress } from './fields.ts';
import { isHandle } from './urls.ts';

const profileSchema = z.object({
  did: z.string().startsWith('did:'),
  handle: z.string().min(1),
  displayName: text,
  description: text,
  website: optional(webAddress),
  avatar: optional(webAddress),
  createdAt: time,
  followersCount: count,
  followsCount: count,
  postsCount: count,
  labels: z.unknown().optional(),
});

export type ProfileView = z.infer<typeof profileSchema>;

/** @returns undefined when it has no DID or handle. */
export function readProfile(view: unknown): ProfileView | undefined {
  return profileSchema.safeParse(view).data;
}

/** An account whose handle leads elsewhere is known by its DID. */
export function toProfile(view: ProfileView, asOf: Date): Profile {
  const username = isHandle(view.handle) ? view.handle : view.did;
  return {
    source: 'bluesky',
    id: view.did,
    username,
    name: view.displayName ?? username,
    bio: view.description ?? '',
    ...(view.website && { website: view.website }),
    ...(view.avatar && { avatarUrl: view.avatar }),
    ...(view.createdAt && { createdAt: view.createdAt }),
    ...(view.followersCount !== undefined && { followers: view.followersCount }),
    ...(view.followsCount !== undefined && { following: view.followsCount }),
    ...(view.postsCount !== undefined && { posts: view.postsCount }),
    asOf,
  };
}
