/**
 * Porter's algorithm of 1980 for English: https://tartarus.org/martin/PorterStemmer/def.txt. Words are
 * taken apart into consonants and vowels; the measure counts how often a vowel is followed by a consonant.
 */

/** Suffixes and what replaces them, where the measure of what stands before is at least 1. */
const STEP_2 = suffixes(
  'ational ate|tional tion|enci ence|anci ance|izer ize|bli ble|alli al|entli ent|eli e|ousli ous|ization ize|ation ate|ator ate|alism al|iveness ive|fulness ful|ousness ous|aliti al|iviti ive|biliti ble|logi log',
);
const STEP_3 = suffixes('icate ic|ative |alize al|iciti ic|ical ic|ful |ness ');
/** The same with a measure of at least 2. */
const STEP_4 = suffixes(
  'al |ance |ence |er |ic |able |ible |ant |ement |ment |ent |ion |ou |ism |ate |iti |ous |ive |ize ',
);

/**
 * Nouns whose last s belongs to the word. Porter takes it for a plural, and so has viru for virus, but virus for
 * viruses. A rule for all words in -us would part menus from menu.
 */
const IN_S = new Set(
  'abacus|alias|apparatus|atlas|bias|bonus|bus|cactus|campus|canvas|census|chorus|circus|citrus|consensus|corpus|crocus|discus|fetus|focus|gas|genius|hiatus|iris|lens|locus|lotus|minus|mucus|nexus|octopus|opus|pancreas|pelvis|platypus|plus|prospectus|rhombus|sinus|status|stimulus|surplus|syllabus|terminus|thesaurus|torus|trellis|virus|walrus'.split(
    '|',
  ),
);
/** Nouns in -is with a plural in -es, without either. */
const IN_IS = new Set(
  'analys|cris|diagnos|emphas|hypothes|neuros|oas|parenthes|psychos|synops|synthes|thes'.split('|'),
);

/** @param word in a to z. */
export function englishStem(word: string): string {
  if (word.length < 3) return word;
  if (word.endsWith('s')) {
    const noun = nounOf(word);
    if (noun !== undefined) return noun;
  }
  let stem = withoutPlural(word);
  stem = withoutPast(stem);
  if (stem.endsWith('y') && hasVowel(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = replaced(stem, STEP_2, 1);
  stem = replaced(stem, STEP_3, 1);
  stem = replaced(stem, STEP_4, 2);
  return withoutE(stem);
}

/** Buses and busses are of bus, and crises of crisis. */
function nounOf(word: string): string | undefined {
  if (IN_S.has(word)) return word;
  const stem = /(?:es|is)$/.test(word) ? word.slice(0, -2) : '';
  if (IN_IS.has(stem)) return stem;
  if (!word.endsWith('es')) return undefined;
  return [stem, stem.slice(0, -1)].find((noun) => IN_S.has(noun));
}

function suffixes(list: string): [suffix: string, replacement: string][] {
  const pairs = list.split('|').map((pair) => pair.split(' ') as [string, string]);
  return pairs.sort(([one], [other]) => other.length - one.length);
}

function withoutPlural(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function withoutPast(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = word.endsWith('ed') ? 'ed' : word.endsWith('ing') ? 'ing' : undefined;
  const stem = suffix && word.slice(0, -suffix.length);
  if (!stem || !hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function replaced(word: string, rules: [string, string][], least: number): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (!rule) return word;
  const [suffix, replacement] = rule;
  const stem = word.slice(0, -suffix.length);
  if (suffix === 'ion' && !/[st]$/.test(stem)) return word;
  return measure(stem) >= least ? stem + replacement : word;
}

function withoutE(word: string): string {
  let stem = word;
  if (stem.endsWith('e')) {
    const before = stem.slice(0, -1);
    const size = measure(before);
    if (size > 1 || (size === 1 && !endsShort(before))) stem = before;
  }
  return stem.endsWith('ll') && measure(stem) > 1 ? stem.slice(0, -1) : stem;
}

function isConsonant(word: string, at: number): boolean {
  const letter = word[at] ?? '';
  if ('aeiou'.includes(letter)) return false;
  return letter !== 'y' || at === 0 || !isConsonant(word, at - 1);
}

/** How often a vowel is followed by a consonant. */
function measure(stem: string): number {
  let count = 0;
  let wasVowel = false;
  for (let at = 0, wasConsonant = false; at < stem.length; at++) {
    const letter = stem[at] as string;
    const isVowel: boolean = 'aeiou'.includes(letter) || (letter === 'y' && wasConsonant);
    if (wasVowel && !isVowel) count++;
    wasVowel = isVowel;
    wasConsonant = !isVowel;
  }
  return count;
}

function hasVowel(stem: string): boolean {
  for (let at = 0; at < stem.length; at++) if (!isConsonant(stem, at)) return true;
  return false;
}

function endsDouble(stem: string): boolean {
  const last = stem.length - 1;
  return last > 0 && stem[last] === stem[last - 1] && isConsonant(stem, last);
}

/** Consonant, vowel, consonant, and the last one is none of w, x, y: as in hop. */
function endsShort(stem: string): boolean {
  const last = stem.length - 1;
  if (last < 2 || /[wxy]$/.test(stem)) return false;
  return isConsonant(stem, last) && !isConsonant(stem, last - 1) && isConsonant(stem, last - 2);
}
