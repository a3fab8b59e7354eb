/**
 * PostgreSQL stores no U+0000, which texts may contain. A noncharacter escapes it, and itself: no text
 * has it as a rule. What differs in two texts differs in the stored ones.
 */
const ESCAPE = '\u{fdd0}';
const NUL = `${ESCAPE}0`;
const ITSELF = `${ESCAPE}1`;

const TO_BE_ESCAPED = /[\0\u{fdd0}]/gu;

const ESCAPED = /\u{fdd0}[01]/gu;

/** The text as PostgreSQL can store it. */
export function toStoredText(text: string): string {
  if (!text.includes('\0') && !text.includes(ESCAPE)) return text;
  return text.replace(TO_BE_ESCAPED, (found) => (found === '\0' ? NUL : ITSELF));
}

export function fromStoredText(stored: string): string {
  if (!stored.includes(ESCAPE)) return stored;
  return stored.replace(ESCAPED, (found) => (found === NUL ? '\0' : ESCAPE));
}
