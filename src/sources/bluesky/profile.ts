import type { Profile } from '../post.ts';
import { countOf, fieldsOf, startingWith, textOf, timeOf, webAddressOf } from './fields.ts';
import { isHandle } from './urls.ts';

export interface ProfileView {
  did: string;
  handle: string;
  displayName?: string;
  description?: string;
  website?: string;
  avatar?: string;
  createdAt?: Date;
  followersCount?: number;
  followsCount?: number;
  postsCount?: number;
  labels: unknown;
}

/** @returns undefined when it has no DID or handle. */
export function readProfile(value: unknown): ProfileView | undefined {
  const view = fieldsOf(value);
  const did = startingWith('did:', view.did);
  const handle = textOf(view.handle);
  if (!did || !handle) return undefined;
  return {
    did,
    handle,
    displayName: textOf(view.displayName),
    description: textOf(view.description),
    website: webAddressOf(view.website),
    avatar: webAddressOf(view.avatar),
    createdAt: timeOf(view.createdAt),
    followersCount: countOf(view.followersCount),
    followsCount: countOf(view.followsCount),
    postsCount: countOf(view.postsCount),
    labels: view.labels,
  };
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
