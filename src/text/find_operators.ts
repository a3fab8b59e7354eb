interface FindOperator {
  /** Examples of what is typed. */
  typed: readonly string[];
  /** What the posts found have: completes "posts …". */
  finds: string;
}

/** What can be typed to find posts, as `docs/find.md` lists it. */
export const FIND_OPERATORS: readonly FindOperator[] = [
  { typed: ['lentil soup'], finds: 'with both words, in any order' },
  { typed: ['"lentil soup"'], finds: 'with these words next to each other' },
  { typed: ['-soup', '-"lentil soup"'], finds: 'without the word or the phrase' },
  { typed: ['soup OR stew'], finds: 'with either word' },
  { typed: ['(lentil soup) OR stew'], finds: 'brackets group words' },
  {
    typed: ['-(lentil soup)', '-(from:ada OR lang:de)'],
    finds: 'without both words together; neither by the author nor in the language',
  },
  { typed: ['deadl*'], finds: 'with a word that begins so' },
  { typed: ['from:ada', '-from:ada'], finds: 'by an author, or not' },
  {
    typed: ['since:2024-05', 'until:2024'],
    finds:
      'from the beginning, or until the end, of a year, a month or a day (UTC); 7d is seven days ago',
  },
  { typed: ['lang:pt', '-lang:pt'], finds: 'in a language, or not' },
  { typed: ['is:post', 'is:reply', 'is:repost', 'is:thread'], finds: 'of a kind' },
  {
    typed: ['has:link', 'has:media'],
    finds: 'with a link, with a picture or video; a minus excludes',
  },
  { typed: ['source:archive', '-source:archive'], finds: 'of a source, or not' },
  { typed: ['min_likes:10'], finds: 'with that many likes or more' },
];
