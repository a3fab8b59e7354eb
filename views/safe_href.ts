/**
 * The URL if it is absolute and http(s), otherwise undefined. A source may deliver `javascript:` URLs,
 * which attribute escaping does not stop.
 */
export function safeHref(address: string | undefined): string | undefined {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}
