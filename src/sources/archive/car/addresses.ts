/** A record's address: `at://did:plc:…/app.bsky.feed.post/3kaaaaaaaaa2a`. */
export interface RecordAddress {
  did: string;
  collection: string;
  rkey: string;
}

const FORMAT = /^at:\/\/(did:[a-z]+:[\w.:%-]+)\/([a-zA-Z0-9.-]+)\/([\w.~:-]+)$/;

export const POST = 'app.bsky.feed.post';
export const REPOST = 'app.bsky.feed.repost';
export const PROFILE = 'app.bsky.actor.profile';
export const FOLLOW = 'app.bsky.graph.follow';

export function addressOf({ did, collection, rkey }: RecordAddress): string {
  return `at://${did}/${collection}/${rkey}`;
}

/** The parts of a record's address; undefined for a text that is none. */
export function parseAddress(address: string): RecordAddress | undefined {
  const [, did, collection, rkey] = FORMAT.exec(address) ?? [];
  return did && collection && rkey ? { did, collection, rkey } : undefined;
}

/** Where people read a post. */
export function webAddress({ did, rkey }: Pick<RecordAddress, 'did' | 'rkey'>): string {
  return `https://bsky.app/profile/${did}/post/${rkey}`;
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
