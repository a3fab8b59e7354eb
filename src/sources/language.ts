/**
 * The language of a post as a BCP 47 tag (X writes `in` and `iw` for Indonesian and Hebrew). Undefined for
 * what is no language: `und`, `zxx`, `art` and X's own codes for posts of only links, tags or pictures
 * (`qme`, `qht`, …), which ISO 639 reserves for private use.
 */
export function languageTag(code = ''): string | undefined {
  if (!/^[a-z]{2,3}(-[a-z\d]{2,8})*$/i.test(code)) return undefined;
  if (/^(und|zxx|mul|mis|art|q[a-t][a-z])$/i.test(code)) return undefined;
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    // It looks like a tag and is none: `en-12`.
    return undefined;
  }
}
