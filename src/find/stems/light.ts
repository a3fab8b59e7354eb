/**
 * Light stemmers: they remove the endings of nouns and adjectives, and the most frequent ones of verbs. After
 * J. Savoy, "Light stemming approaches for the French, Portuguese, German and Hungarian languages",
 * 2006. Words are folded already: no accents, ss for ß.
 */

/** Endings that are removed, in this order, where so many letters stay. */
type Ending = [ending: RegExp, replacement: string, staying: number];

const GERMAN: Ending[] = [
  [/(?:ern|em|en|er|es|e)$/, '', 3],
  [/(?<=[bdfghklmnrt])s$/, '', 3],
  [/(?:est|er|en|n)$/, '', 4],
  [/(?<=[bdfghklmnt])st$/, '', 3],
];
const FRENCH: Ending[] = [
  [/eaux$/, 'eau', 2],
  [/aux$/, 'al', 3],
  [/[sx]$/, '', 3],
  [/(?:issements?|ements?)$/, '', 3],
  [
    /(?:eraient|erions|eront|erait|erons|erez|erai|eras|era|aient|ions|iez|ait|ons|ent|ant|ez|er|ee|ir|e|r)$/,
    '',
    3,
  ],
  [/(.)\1$/, '$1', 2],
];
const SPANISH: Ending[] = [
  [/ces$/, 'z', 2],
  [/(?:amientos?|imientos?|aciones|adoras?|adores|acion|mente)$/, '', 3],
  [/(?:iendo|ando|ieron|aron|aban|adas|ados|idas|idos|aba|ada|ado|ida|ido|ar|er|ir)$/, '', 3],
  [/(?:os|as|es|an|en|is|o|a|e|i|s)$/, '', 3],
];

export const germanStem = (word: string) => stemBy(word, GERMAN);
export const frenchStem = (word: string) => stemBy(word, FRENCH);
export const spanishStem = (word: string) => stemBy(word, SPANISH);

function stemBy(word: string, endings: Ending[]): string {
  let stem = word;
  for (const [ending, replacement, staying] of endings) {
    const at = stem.search(ending);
    if (at >= staying) stem = stem.slice(0, at) + stem.slice(at).replace(ending, replacement);
  }
  return stem;
}
