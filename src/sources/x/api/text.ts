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
