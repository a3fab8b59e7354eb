/**
 * Marks that are dropped before comparing: the accents of Latin, Greek and Cyrillic, and the
 * selectors that choose how an emoji is drawn. Not all of \p{M}: Japanese が without its mark
 * would be か, another letter.
 */
const IGNORED_MARKS = /[\u0300-\u036f\ufe0e\ufe0f]/g;

/** Scripts that write words without spaces between them or glue particles to them, and emoji. */
const STANDS_ALONE =
  /[\p{So}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/gu;

/**
 * The form in which texts are compared: without case, accents and width, so that `Straße` equals
 * `STRASSE`, `café` equals `Cafe` and `ＡＢＣ` equals `abc`.
 */
export function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(IGNORED_MARKS, '').normalize('NFC');
  // Upper case first: that is what turns ß into ss and ς into σ.
  return bare.toUpperCase().toLowerCase();
}

/**
 * What the word index is given for a text. FTS5's `unicode61` takes a Japanese sentence for one
 * word, and its `trigram` cannot find words of two characters, which most of them are. So each
 * such character becomes a word of its own, and a query for several of them a phrase.
 */
export function toIndexedWords(text: string): string {
  return separate(fold(text));
}

/**
 * An FTS5 expression for a person's query: every word must occur, the last one as a beginning.
 * Each word is quoted, so nothing in it is an operator. A query without letters, digits or
 * emoji matches nothing.
 */
export function toMatch(query: string): string {
  // Folded before it is split: folding makes a quote of a full-width one. FTS5 reads up to the
  // first NUL, so one inside a quoted word would leave the quote open.
  const words = fold(query).split(/[\s\p{Cc}"]+/u);
  const quoted = words.filter((word) => word !== '').map((word) => `"${separate(word)}"`);
  const beginning = `${quoted.pop() ?? '""'}*`;
  return [...new Set(quoted), beginning].join(' ');
}

function separate(folded: string): string {
  return folded.replace(STANDS_ALONE, ' $& ');
}
