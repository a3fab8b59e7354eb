export const POST = 'app.bsky.feed.post';
export const REPOST = 'app.bsky.feed.repost';
export const PROFILE = 'app.bsky.actor.profile';
export const FOLLOW = 'app.bsky.graph.follow';

/** A record's address: `at://did:plc:…/app.bsky.feed.post/3kaaaaaaaaa2a`. */
export function addressOf(did: string, key: { collection: string; rkey: string }): string {
  return `at://${did}/${key.collection}/${key.rkey}`;
}

/**
 * The address of a picture at Bluesky's image server. An export names pictures by their hash only; the
 * server has them for as long as the account has the post.
 */
export function imageAddress(kind: 'feed_fullsize' | 'avatar', did: string, cid: string): string {
  return `https://cdn.bsky.app/img/${kind}/plain/${did}/${cid}@jpeg`;
}

/** The address of a video at Bluesky's video server: an HLS playlist. */
export function videoAddress(did: string, cid: string): string {
  return `https://video.bsky.app/watch/${encodeURIComponent(did)}/${cid}/playlist.m3u8`;
}
