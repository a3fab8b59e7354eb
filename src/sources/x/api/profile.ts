import { decode, isWebAddress } from '../../archive/text.ts';
import type { Profile } from '../../post.ts';
import type { ApiUser } from './answers.ts';
import { expanded } from './text.ts';

export function toProfile(user: ApiUser, asOf: Date): Profile {
  const { followers_count, following_count, tweet_count, post_count } = user.public_metrics ?? {};
  const posts = tweet_count ?? post_count;
  const website = user.entities?.url?.urls?.[0]?.expanded_url ?? user.url;
  const avatarUrl = user.profile_image_url;
  return {
    source: 'x',
    id: user.id,
    username: user.username,
    name: decode(user.name),
    bio: expanded(user.description, user.entities?.description?.urls),
    ...(user.location && { location: decode(user.location) }),
    ...(isWebAddress(website) && { website }),
    ...(isWebAddress(avatarUrl) && { avatarUrl }),
    ...(user.created_at && { createdAt: user.created_at }),
    ...(followers_count !== undefined && { followers: followers_count }),
    ...(following_count !== undefined && { following: following_count }),
    ...(posts !== undefined && { posts }),
    asOf,
  };
}

/** Whether name and bio have all words of the query, in any case. */
export function hasWords({ name, username, bio }: Profile, query: string): boolean {
  const text = `${name} ${username} ${bio}`.normalize('NFKC').toLowerCase();
  const words =
    query
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length > 0 && words.every((word) => text.includes(word));
}
