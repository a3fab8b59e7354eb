import type { TextPart } from '../../find/index.ts';
import type { Facets } from '../../library/finding.ts';
import type { Post } from '../../sources/post.ts';

/** Why a post was found: by its words, by its meaning, or by both. */
export interface Why {
  /** It has all words. */
  words?: true;
  /** It has some of the words, but not all. */
  someWords?: true;
  meaning?: true;
}

export interface FoundPost extends Post {
  /** Where its text has the words, as offsets in UTF-16 units. */
  marks: TextPart[];
  /** The part of a long text that says it best. Absent when the text is short. */
  snippet?: TextPart;
  why: Why;
  /** Nearness in meaning, the cosine from -1 to 1. Absent when it was not compared. */
  similarity?: number;
}

export interface Found {
  posts: FoundPost[];
  /** The number of posts found. */
  total: number;
  /** There are at least `total`, and probably more. */
  isCapped?: true;
  /** The query as it was understood, in words; empty when nothing was asked for. */
  understood: string;
  /** What limits this answer, for people. Absent for nothing. */
  notes?: string[];
  facets?: Facets;
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
}
