import { z } from 'zod';
import { decode, isWebAddress } from '../../archive/text.ts';
import type { Profile } from '../../post.ts';
import { count, id, list, optional, text, time } from '../schema.ts';

const url = z.object({ url: text, expanded_url: text });

/** X moves the fields of a user from `legacy` to parts of their own, so each is looked for in both. */
const userSchema = z.object({
  rest_id: id,
  core: optional(z.object({ screen_name: text, name: text, created_at: optional(time) })),
  avatar: optional(z.object({ image_url: text })),
  location: optional(z.object({ location: text })),
  profile_bio: optional(z.object({ description: text })),
  privacy: optional(z.object({ protected: optional(z.boolean()) })),
  relationship_perspectives: optional(
    z.object({ following: optional(z.boolean()), blocked_by: optional(z.boolean()) }),
  ),
  legacy: optional(
    z.object({
      screen_name: text,
      name: text,
      created_at: optional(time),
      description: text,
      location: text,
      url: text,
      profile_image_url_https: text,
      followers_count: count,
      friends_count: count,
      statuses_count: count,
      protected: optional(z.boolean()),
      blocked_by: optional(z.boolean()),
      entities: optional(
        z.object({
          description: optional(z.object({ urls: list(url) })),
          url: optional(z.object({ urls: list(url) })),
        }),
      ),
    }),
  ),
});

type User = z.infer<typeof userSchema>;

/** The part of it that each post has to be read with. */
const authorSchema = z.object({
  rest_id: id,
  core: optional(z.object({ screen_name: text, name: text })),
  privacy: optional(z.object({ protected: optional(z.boolean()) })),
  legacy: optional(z.object({ screen_name: text, name: text, protected: optional(z.boolean()) })),
});

/** Who wrote a post. */
export interface Author {
  id: string;
  username: string;
  name: string;
  isProtected: boolean;
}

/** A user as X shows it to the connected account. */
export interface ShownUser {
  profile: Profile;
  isProtected: boolean;
  /** The user has blocked the connected account. */
  blocksUs: boolean;
}

export function readAuthor(result: unknown): Author | undefined {
  const user = authorSchema.safeParse(result).data;
  const username = user?.core?.screen_name ?? user?.legacy?.screen_name;
  if (!user || !username) return undefined;
  return {
    id: user.rest_id,
    username,
    name: decode(user.core?.name ?? user.legacy?.name ?? username),
    isProtected: user.privacy?.protected ?? user.legacy?.protected ?? false,
  };
}

/** @returns undefined when it has no id or username. */
export function readUser(result: unknown, asOf: Date): ShownUser | undefined {
  const user = userSchema.safeParse(result).data;
  const author = readAuthor(result);
  if (!user || !author) return undefined;
  return {
    profile: {
      source: 'x',
      id: user.rest_id,
      username: author.username,
      name: author.name,
      bio: bioOf(user),
      ...optionalFields(user),
      asOf,
    },
    isProtected: author.isProtected,
    blocksUs: user.relationship_perspectives?.blocked_by ?? user.legacy?.blocked_by ?? false,
  };
}

/** With the targets of its links, because a profile has no list of them. */
function bioOf({ profile_bio, legacy }: User): string {
  const bio = decode(profile_bio?.description ?? legacy?.description ?? '');
  const urls = legacy?.entities?.description?.urls ?? [];
  return urls.reduce((text, { url, expanded_url: target }) => {
    return url && isWebAddress(target) ? text.replaceAll(url, () => target) : text;
  }, bio);
}

function optionalFields(user: User): Partial<Profile> {
  const { legacy } = user;
  const location = user.location?.location ?? legacy?.location;
  const [link] = legacy?.entities?.url?.urls ?? [];
  const website = link?.expanded_url ?? legacy?.url;
  const avatarUrl = user.avatar?.image_url ?? legacy?.profile_image_url_https;
  const createdAt = user.core?.created_at ?? legacy?.created_at;
  return {
    ...(location && { location: decode(location) }),
    ...(isWebAddress(website) && { website }),
    ...(isWebAddress(avatarUrl) && { avatarUrl }),
    ...(createdAt && { createdAt }),
    ...(legacy?.followers_count !== undefined && { followers: legacy.followers_count }),
    ...(legacy?.friends_count !== undefined && { following: legacy.friends_count }),
    ...(legacy?.statuses_count !== undefined && { posts: legacy.statuses_count }),
  };
}
