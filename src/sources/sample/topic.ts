/**
 * What people write about one subject in one language. In every phrase `{bird}` stands for one of
 * `words.bird`, see `fill`; any remark may follow any post, so remarks name no slot a post needs.
 */
export interface Topic {
  /** The same in every language, so that `climbing` in German and in English can be told as one. */
  name: string;
  /** BCP 47. */
  language: string;
  words: Record<string, string[]>;
  posts: string[];
  remarks: string[];
  /** Answers to a post; they speak of what that post spoke of. */
  replies: string[];
  /** Paragraphs in order; a long post or a thread takes some of them, and never reorders them. */
  essay: string[];
  /** Descriptions of pictures. */
  photos: string[];
  tags: string[];
  emoji: string[];
}
