import type { TextPart } from '../../find/index.ts';
import type { Facets } from '../../library/finding.ts';
import type { Post } from '../../sources/post.ts';
import type { FoundPlace } from './places.ts';

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
  /** Where else it has them: the author's name, links, descriptions of media, the quoted post. */
  places?: FoundPlace[];
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
  /** On the last page: how many were found that no page shows, because only the best are ranked. */
  unranked?: number;
  /** The query as it was understood, in words; empty when nothing was asked for. */
  understood: string;
  /** What was typed, with words that no post has replaced by similar ones that some post has. */
  didYouMean?: string;
  /** What limits this answer, for people. Absent for nothing. */
  notes?: string[];
  /** How the posts of all pages are spread. */
  facets?: Facets & {
    /**
     * The nearest in meaning are among them: a narrower query takes the nearest anew, and may find more posts of
     * a value than were counted.
     */
    isOfNearest?: true;
  };
  /** Where the next page begins; absent on the last one. */
  nextCursor?: string;
}
