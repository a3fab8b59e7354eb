import type { AnswerNotes } from '../../operations/find/answer_notes.ts';
import { suggestionText } from '../../text/library_text.ts';

/** What a page of a find tells beside its posts, in an export, whose lines are posts alone. */
export const FIND_NOTES = 'x-find-notes';

/** In bytes. A proxy may refuse an answer whose headers take more than 4 KB together. */
const MAX_LENGTH = 2_000;

const LEFT_OUT = 'More notes are left out here. Request JSON to read all of them.';

/** @returns no header when there is nothing to tell. */
export function findNotesHeader({ notes, didYouMean }: AnswerNotes): Record<string, string> {
  const told = didYouMean === undefined ? notes : [suggestionText(didYouMean), ...notes];
  if (told.length === 0) return {};
  let value = asciiJson(told);
  for (let kept = told.length - 1; value.length > MAX_LENGTH; kept--)
    value = asciiJson([...told.slice(0, kept), LEFT_OUT]);
  return { [FIND_NOTES]: value };
}

/** JSON with escapes for what a header cannot contain: all beyond ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
