import { decode as decodeEntities } from 'html-entities';
import { Unreadable } from '../source.ts';

/**
 * What stands before the array or object of a file: `window.YTD.tweets.part0 = `, of archives up to 2018
 * `Grailbird.data.tweets_2016_01 = ` and `var user_details = `. It is dropped and never evaluated. Read as
 * Latin-1, in which a byte order mark of UTF-8 is three characters.
 */
export const assignment =
  /^(?:\u00EF\u00BB\u00BF)?\s*(?:window\.(?:YTD\.\w+(?:\.\w+)*|__THAR_CONFIG)|Grailbird\.data\.\w+|var \w+)\s*=\s*(?=[[{])/;

/** With a byte order mark, or without one: every second byte of ASCII text is 0. */
export function isUtf16(start: Uint8Array): boolean {
  const [first, second] = start;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || first === 0 || second === 0;
}

export function utf16(name: string): Unreadable {
  return new Unreadable(
    `${name} is in UTF-16, which X does not write. Download the archive again, and do not edit its files.`,
  );
}

/**
 * Decodes a text. X encodes only `&`, `<` and `>`; other entities, such as `&copy;`, were typed by the
 * author (they arrive as `&amp;copy;`) and stay.
 */
export function decode(text: string): string {
  return text.includes('&') ? decodeEntities(text, { level: 'xml', scope: 'strict' }) : text;
}

/** Whether the URL is safe to link: `javascript:` and the like are not. */
export function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\/[^\s]+$/i.test(url);
}
