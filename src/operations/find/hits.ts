import type { ComparedBy, TextPart } from '../../find/index.ts';
import type { WordMatch } from '../../find/query.ts';
import { InvalidCursor } from '../../library/index.ts';
import { readCursor } from '../../library/listing.ts';
import type { Why } from './found.ts';
import type { UnknownWord } from './spelling.ts';

/** A post that was found, before it is read. */
export interface Hit {
  key: number;
  why: Why;
  similarity?: number;
  /** The part of its text that is nearest in meaning. */
  part?: TextPart;
  /** What is marked in its text. */
  marked?: WordMatch;
}

/** What was found, before its page is cut out and its posts are read. */
export interface Hits {
  hits: Hit[];
  /** Those found beyond `hits`. */
  more: number;
  isCapped?: boolean;
  by: ComparedBy;
  /** Words that no post has. */
  unknown?: UnknownWord[];
  notes: string[];
}

/** How many posts a find ranks by words; the others are counted. */
export const MAX_BY_WORDS = 1_000;
/** New posts are counted and listed up to this. */
export const MAX_NEW = 1_000;
/** How many posts a find by meaning answers with: what comes later has little to do with the query. */
export const MAX_BY_MEANING = 100;

/** The position in a list of ranks. */
export function readOffset(cursor: string): number {
  const [start] = readCursor(cursor, 'rank', 'integer');
  if (start >= 0 && start <= MAX_OFFSET) return start;
  throw new InvalidCursor('Invalid cursor. Leave it out to start from the first page.');
}

const MAX_OFFSET = 10_000;
