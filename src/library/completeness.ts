import type { PostRow } from './post_row.ts';

/** The end of a text that its source has cut: an ellipsis, which a link to the post may follow. */
const CUT_END = /…(?:\s*https?:\/\/\S+)?$/;

type Content = Pick<PostRow, 'kind' | 'text'>;

/**
 * Whether `one` lacks what `other` has of the same text. Sources cut long posts and reposts, and an
 * export has reposts without their text.
 */
export function isCutOf(one: Content, other: Content): boolean {
  if (one.text === other.text) return false;
  if (one.text === '') return one.kind === 'repost';
  const end = CUT_END.exec(one.text);
  if (!end) return false;
  const beginning = one.text.slice(0, end.index).trimEnd();
  return other.text.length > beginning.length + 1 && other.text.startsWith(beginning);
}
