const POST_URI = /^at:\/\/(did:[^/]+)\/app\.bsky\.feed\.post\/([^/]+)$/;

/** The page of a post, by the author's handle when it is known and valid. */
export function postUrl(uri: string, handle?: string): string | undefined {
  const [, did, key] = POST_URI.exec(uri) ?? [];
  if (!did || !key) return undefined;
  return `https://bsky.app/profile/${isHandle(handle) ? handle : did}/post/${key}`;
}

/** `at://did:plc:x/app.bsky.feed.post/y` → `did:plc:x`. */
export function didOf(uri: string): string | undefined {
  return /^at:\/\/(did:[^/]+)/.exec(uri)?.[1];
}

/** The service names an account `handle.invalid` when its handle leads elsewhere. */
export function isHandle(handle: string | undefined): handle is string {
  return handle !== undefined && handle !== 'handle.invalid';
}
