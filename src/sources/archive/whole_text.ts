import type { PostLink } from '../post.ts';
import { type Fields, textOf } from './fields.ts';
import { listedLinks, repostedOf } from './links.ts';
import { decode } from './text.ts';
import { attachmentsOf, type Tweet } from './tweet.ts';

/** The full text of a post, from the file of long posts. */
export interface LongText {
  text: string;
  links: PostLink[];
}

/** Finds the full text of a post by its time and the beginning of its text. */
export type FindLongText = (createdAt: Date, text: string) => LongText | undefined;

/** The text with the long form in the place of a cut one, and the links that X lists for it. */
export function wholeText(tweet: Tweet, findLongText: FindLongText) {
  const attachments = attachmentsOf(tweet);
  const cutText = decode(originalText(tweet) ?? tweet.text);
  const long = findLongText(tweet.createdAt, cutText);
  return {
    text: withoutMediaLinks(long?.text ?? cutText, attachments),
    listed: [...(long?.links ?? []), ...listedLinks(tweet, attachments)],
  };
}

/** The text of a repost in full, where the archive has the original. */
function originalText(tweet: Tweet): string | undefined {
  const original = repostedOf(tweet);
  return original && `RT @${original.post.author}: ${original.text}`;
}

/** Removes the t.co links of pictures at the end of the text: `media` has them. */
function withoutMediaLinks(text: string, attachments: Fields[]): string {
  const addresses = attachments.flatMap(({ url }) => textOf(url) ?? []);
  let rest = text;
  for (;;) {
    const end = rest.trimEnd();
    const last = addresses.find((address) => end.endsWith(address));
    if (!last) return rest;
    rest = end.slice(0, -last.length).trimEnd();
  }
}
