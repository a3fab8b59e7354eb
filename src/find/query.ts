/** What a text typed into the find box means. Every text has a meaning: nothing typed is an error. */

/** Which words a post must have. Words are as typed; the index folds them. */
export type WordMatch =
  | { all: WordMatch[] }
  | { any: WordMatch[] }
  | { not: WordMatch }
  /** One word; with `isPrefix` any word that begins so. `isExact`: not in its other forms. */
  | { word: string; isPrefix?: true; isExact?: true }
  /** Words in this order, next to each other. */
  | { phrase: string };

export const FIND_KINDS = ['post', 'reply', 'repost', 'thread'] as const;
export const FIND_PARTS = ['link', 'media'] as const;

/** Hard conditions, which hold for words and for meaning. Values within a list are alternatives. */
export interface FindFilters {
  /** Usernames without `@`. */
  authors: string[];
  notAuthors: string[];
  /** Names of sources. */
  sources: string[];
  notSources?: string[];
  /** BCP 47 tags; `pt` includes `pt-BR`. */
  languages: string[];
  notLanguages?: string[];
  /** `post`: neither reply nor repost; `thread`: part of a thread of its author. */
  kinds: (typeof FIND_KINDS)[number][];
  notKinds?: (typeof FIND_KINDS)[number][];
  /** All of these must be there. */
  has: (typeof FIND_PARTS)[number][];
  /** None of these may be there. */
  hasNot?: (typeof FIND_PARTS)[number][];
  /** In ms since 1970, inclusive. */
  since?: number;
  /** In ms since 1970, exclusive. */
  until?: number;
  minLikes?: number;
  /** Exclusive. Posts whose likes are not known have fewer. */
  maxLikes?: number;
}

export interface FindQuery {
  /** As typed. */
  text: string;
  /** Absent when only filters were typed. */
  words?: WordMatch;
  /** What the words are about, for the model: without operators and without what is excluded. */
  topic: string;
  filters: FindFilters;
  /** Operators whose values could not be read: they were read as text. Absent for none. */
  unread?: UnreadFilter[];
  /** Operators without a value, such as `from:`: they have no effect. Absent for none. */
  empty?: UnreadFilter[];
  /** Parts that do not hold as typed. Absent for none. */
  unheld?: UnheldPart[];
  /** Common words, such as "the", that say little about what is meant. Absent for none. */
  stopWords?: string[];
  /** Those of them that are not in `words`: posts need not have them. Absent for none. */
  ignored?: string[];
}

/** `since:foo` */
export interface UnreadFilter {
  /** As typed. */
  typed: string;
  /** What its operator takes, without a full stop: "since: takes a date such as …". */
  takes: string;
}

/** Operators are conditions of the whole query, which is why some parts of a query cannot be expressed. */
export interface UnheldPart {
  /** As typed. */
  typed: string;
  /**
   * `alternative`: an operator beside `OR`; it holds for the whole query. `together`: an operator that is
   * excluded together with other conditions; they have no effect.
   */
  reason: 'alternative' | 'together';
}
