/** Everything is loaded from this server and nothing is inline, so a script in a post cannot run. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every response but those of `openerPolicy`: its security policy and the request headers it depends on. */
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  vary: 'Accept, Accept-Encoding, Cookie, HX-Request, HX-Target',
};

/** Of pages with posts: pictures from elsewhere, which are loaded only when the reader asks for them. */
export const PICTURES_OF_POSTS = {
  'content-security-policy': CONTENT_SECURITY_POLICY.replace(
    "img-src 'self' data:",
    "img-src 'self' data: https:",
  ),
};

/** The same for responses that nobody but their recipient may see, such as all that need the token. */
const PRIVATE_HEADERS = { ...HEADERS, 'cache-control': 'no-store' };

/** The headers of every response that does not replace them, besides `openerPolicy`. */
export function commonHeaders({ token }: { token: string | undefined }): Record<string, string> {
  return token === undefined ? HEADERS : PRIVATE_HEADERS;
}
