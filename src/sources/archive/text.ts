import { decode as decodeEntities } from 'html-entities';

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
