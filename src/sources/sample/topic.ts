/**
 * Phrases about one subject in one language. In every phrase `{bird}` stands for one of `words.bird`,
 * see `fill`. Any remark may follow any post, so remarks do not depend on the slots of a post.
 */
export interface Topic {
  /** The same in every language: `climbing` in German and in English. */
  name: string;
  /** BCP 47. */
  language: string;
  words: Record<string, string[]>;
  posts: string[];
  remarks: string[];
  /** Replies to a post; they reuse its words. */
  replies: string[];
  /** Paragraphs in order; a long post or a thread uses some of them, in this order. */
  essay: string[];
  /** Descriptions of pictures. */
  photos: string[];
  tags: string[];
  emoji: string[];
}
