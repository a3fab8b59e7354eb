/**
 * Marks that are ignored: the accents of Latin, Greek and Cyrillic, and variation selectors of emoji.
 * Not all of \p{M}: Japanese が without its mark would be か, another letter.
 */
const IGNORED_MARKS = /[\u0300-\u036f\ufe0e\ufe0f]/g;

/** Emoji, and scripts without spaces between words or with attached particles. */
const SINGLE_CHARACTERS =
  /[\p{So}\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/gu;

/**
 * Normalises a text for comparison, without case, accents and width: `Straße` equals `STRASSE`, `café`
 * equals `Cafe` and `ＡＢＣ` equals `abc`.
 */
export function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(IGNORED_MARKS, '').normalize('NFC');
  // Upper case first, which turns ß into ss and ς into σ.
  return bare.toUpperCase().toLowerCase();
}

/**
 * A text for the full-text index. FTS5's `unicode61` treats a Japanese sentence as one word, and its
 * `trigram` cannot find words of two characters, which most Japanese words are. So each such character
 * becomes a word, and a query for several of them a phrase.
 */
export function toIndexedWords(text: string): string {
  return separate(fold(text));
}

/**
 * An FTS5 expression for a query: every word must occur, the last one as a prefix. Words are quoted, so
 * they contain no operators. A query without letters, digits or emoji matches nothing.
 */
export function toMatch(query: string): string {
  // Folded first, because folding turns a full-width quote into a quote. FTS5 stops at the first NUL,
  // which would leave a quote open.
  const words = fold(query).split(/[\s\p{Cc}"]+/u);
  const quoted = words.filter((word) => word !== '').map((word) => `"${separate(word)}"`);
  const prefix = `${quoted.pop() ?? '""'}*`;
  return [...new Set(quoted), prefix].join(' ');
}

function separate(folded: string): string {
  return folded.replace(SINGLE_CHARACTERS, ' $& ');
}
