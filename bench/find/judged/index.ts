import needles from './needles.json';
import queries from './queries.json';

/**
 * A query as people type it, with every post of the sample that answers it.
 *
 * Posts were judged by what they say, in their text or in the description of a picture, not by their
 * words. A query asks for posts in its own language. Reposts answer what their original answers.
 */
export interface JudgedQuery {
  query: string;
  /** BCP 47; `mixed`: words of two languages in one query. */
  language: string;
  /**
   * `forms`: the posts have another form of the word. `meaning`: a paraphrase, mostly without their words.
   * `spelling`: without accents and the like.
   */
  kind: string;
  /** `a`: written from the sample's subjects alone. `b`: written after the posts had been read. */
  author: string;
  /** What a post must say. */
  asks: string;
  ids: string[];
}

/** A long post in which one sentence, after some 256 to 500 tokens, is asked for. */
export interface Needle {
  id: string;
  language: string;
  query: string;
  sentence: string;
  text: string;
}

export const judgedQueries: JudgedQuery[] = queries;
export const judgedNeedles: Needle[] = needles;
