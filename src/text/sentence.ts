/** A reason that another program gives, as a sentence: with a full stop, unless it ends as sentences do. */
export function asSentence(reason: string): string {
  return /[.!?…]$/.test(reason) ? reason : `${reason}.`;
}
