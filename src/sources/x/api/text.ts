import { decode, isWebAddress } from '../../archive/text.ts';
import type { PostLink } from '../../post.ts';
import type { Entities } from './answers.ts';

type Url = NonNullable<Entities['urls']>[number];

export interface Content {
  text: string;
  links: PostLink[];
}

/**
 * The text as people read it, with the links in it. X encodes `&`, `<` and `>`, and puts the address of
 * the pictures at the end of the text; the media have those.
 */
export function contentOf(encoded: string, urls: Url[]): Content {
  const text = withoutMedia(decode(encoded), urls.filter(isMedia));
  return { text, links: linksIn(text, urls) };
}

/**
 * As BCP 47 (X writes `in` and `iw` for Indonesian and Hebrew). Undefined for what is no language, such
 * as `und`, and for X's own codes for posts of only links, tags or pictures (`qme`, `zxx`).
 */
export function languageOf(code = ''): string | undefined {
  if (!/^[a-z]{2,3}(-([a-z\d]{2,3}|[a-z\d]{4,8}))*$/i.test(code)) return undefined;
  if (/^(und|zxx|mul|mis|art|q[a-t][a-z])$/i.test(code)) return undefined;
  try {
    return Intl.getCanonicalLocales(code)[0];
  } catch {
    return undefined;
  }
}

/** A text in which the shortened addresses are replaced by their targets. */
export function expanded(encoded: string, urls: Url[] = []): string {
  return urls.reduce(
    (text, { url, expanded_url: target }) =>
      target && isWebAddress(target) ? text.replaceAll(url, target) : text,
    decode(encoded),
  );
}

function isMedia({ media_key: key, expanded_url: target = '' }: Url): boolean {
  return key !== undefined || /\/status\/\d+\/(photo|video)\/\d+$/.test(target);
}

function withoutMedia(text: string, media: Url[]): string {
  let rest = text;
  for (;;) {
    const trimmed = rest.trimEnd();
    const last = media.find(({ url }) => url !== '' && trimmed.endsWith(url));
    if (!last) return rest;
    rest = trimmed.slice(0, -last.url.length).trimEnd();
  }
}

function linksIn(text: string, urls: Url[]): PostLink[] {
  const found = new Map<string, PostLink>();
  for (const { url, expanded_url: target } of urls) {
    if (url === '' || found.has(url) || !text.includes(url)) continue;
    // A link without a target leads to where X forwards it.
    const address = isWebAddress(target) ? target : url;
    if (isWebAddress(address)) found.set(url, { text: url, url: address });
  }
  return [...found.values()];
}
