import type { PostLink, QuotedPost } from '../post.ts';
import { type Fields, fieldsOf, idOf, listOf, textOf } from './fields.ts';
import { isWebAddress } from './text.ts';
import type { Tweet } from './tweet.ts';

/** An address in a text, without the punctuation that follows it. */
const address = /https?:\/\/[^\s<>"“”]+/gi;
const punctuation = /[.,;:!?…)\]}'’»]+$/;

const statusAddress =
  /^https?:\/\/(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com\/(?:#!\/)?(\w+)(?:\/web)?\/status(?:es)?\/(\d+)/i;

/** The links that the entry lists, those of its pictures too. `url` is empty when it names no target. */
export function listedLinks({ fields }: Tweet, attachments: Fields[]): PostLink[] {
  const urls = listOf(fieldsOf(fields.entities).urls);
  return [...urls, ...attachments].map(({ url, expanded_url }) => ({
    text: textOf(url) ?? '',
    url: textOf(expanded_url) ?? '',
  }));
}

/**
 * The links in the text, without duplicates and in its order: those that are listed, and other addresses.
 * The text keeps X's `https://t.co/…` addresses: unlike the shortened address that X displays, they are
 * unique in the text.
 */
export function linksIn(text: string, listed: PostLink[]): PostLink[] {
  const targets = new Map<string, string>();
  for (const link of listed) {
    if (link.text && !targets.get(link.text)) targets.set(link.text, link.url);
  }
  const found = new Map<string, PostLink>();
  for (const link of [...targets].map(([at, url]) => ({ text: at, url: url || at }))) {
    // What leads nowhere on the web, such as a script, is replaced by X's own address for it.
    const url = isWebAddress(link.url) ? link.url : link.text;
    if (text.includes(link.text) && isWebAddress(url)) found.set(link.text, { ...link, url });
  }
  for (const [match] of text.matchAll(address)) {
    const plain = match.replace(punctuation, '');
    if (!targets.has(plain) && isWebAddress(plain)) found.set(plain, { text: plain, url: plain });
  }
  return [...found.values()].sort((a, b) => text.indexOf(a.text) - text.indexOf(b.text));
}

/**
 * The post that the last link of the text leads to. An archive has nothing else of a quoted post.
 * @param own the ids of the post itself: a long post ends with a link to itself.
 */
export function quoteIn(text: string, links: PostLink[], own: string[]): QuotedPost | undefined {
  const last = links.at(-1);
  if (!last || !text.trimEnd().endsWith(last.text)) return undefined;
  const [url, author = '', id] = statusAddress.exec(last.url) ?? [];
  if (!url || !id || own.includes(id)) return undefined;
  return { id, ...(author.toLowerCase() !== 'i' && { author }), url: last.url };
}

/** The original of a repost, which only archives up to 2018 have. */
export function repostedOf({ fields }: Tweet): { post: QuotedPost; text: string } | undefined {
  const original = fieldsOf(fields.retweeted_status);
  const user = fieldsOf(original.user);
  const id = idOf(original.id_str) ?? idOf(original.id);
  const author = textOf(user.screen_name);
  const text = textOf(original.full_text) ?? textOf(original.text);
  if (!id || !author || text === undefined) return undefined;
  const url = `https://x.com/${author}/status/${id}`;
  const authorName = textOf(user.name);
  return { post: { id, author, ...(authorName && { authorName }), url }, text };
}
