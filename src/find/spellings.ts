import { fold } from './fold.ts';

const SPELLINGS: Partial<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' };
const RESPELLED = /[äöüøåÄÖÜØÅ]|\u0308|\u030a/;

/**
 * A word with ae, oe, ue and aa, as German, Danish, Swedish and Norwegian are written without letters
 * of their own. Folded.
 */
export function spellingOf(word: string): string | undefined {
  if (!RESPELLED.test(word)) return undefined;
  const lower = word.normalize('NFC').toLowerCase();
  const spelled = lower.replace(/[äöüøå]/g, (letter) => SPELLINGS[letter] ?? letter);
  return /^[\p{L}\p{N}]+$/u.test(spelled) ? fold(spelled) : undefined;
}
