import { decode as decodeEntities } from 'html-entities';

/**
 * Text as its author wrote it. X encodes `&`, `<` and `>` only; what else looks like an entity,
 * such as `&copy;`, is the author's own (it arrives as `&amp;copy;`) and stays.
 */
export function decode(text: string): string {
  return text.includes('&') ? decodeEntities(text, { level: 'xml', scope: 'strict' }) : text;
}

/** Whether it can be shown as a link: `javascript:` and the like cannot. */
export function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\/[^\s]+$/i.test(url);
}
