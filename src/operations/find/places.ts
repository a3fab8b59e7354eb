import { markMatches, type TextPart } from '../../find/index.ts';
import type { WordMatch } from '../../find/query.ts';
import { type AttachedText, attachedTexts } from '../../library/finding/attached.ts';
import type { Post } from '../../sources/post.ts';

/** What is marked of a post besides its text. */
export interface FoundPlace {
  /** `original`: the text of the post that a repost repeats. */
  in: AttachedText['in'] | 'authorName' | 'original';
  /** Which of the post's links or media, from 0. */
  index?: number;
  /** An address without escapes; otherwise as the post has it. */
  text: string;
  /** Where it has the words, as offsets in UTF-16 units. */
  marks: TextPart[];
}

/** The index has no stems of names. */
const OF_NAMES = 'zxx';

/** Where besides its text a post has the words, in the order in which it is read. */
export function placesOf(post: Post, words: WordMatch): FoundPlace[] {
  const original = post.repostOf?.text ?? '';
  const places: (Omit<FoundPlace, 'marks'> & { language?: string })[] = [
    { in: 'authorName', text: post.authorName, language: OF_NAMES },
    { in: 'original', text: original },
    ...attachedTexts(post),
  ];
  return places
    .map(({ language = post.language, ...place }) => ({
      ...place,
      marks: markMatches(place.text, words, language),
    }))
    .filter(({ marks }) => marks.length > 0);
}
