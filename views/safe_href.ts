/**
 * The address when it is an absolute http(s) one, otherwise nothing. What a source gives may be
 * `javascript:` or worse, and attribute escaping does not help against that.
 */
export function safeHref(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}
