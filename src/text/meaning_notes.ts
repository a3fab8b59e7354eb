/** How the model reads a text; see `TextReading` of the embedder. */
interface Reading {
  parts: number;
  unknown: number;
  isCut: boolean;
}

/** What limits a search by meaning for this query, as sentences for people. */
export function meaningNotes({ parts, unknown, isCut }: Reading): string[] {
  if (unknown * 2 >= parts)
    return [`The model does not know ${unknown} of ${parts} parts of this query.`];
  return isCut
    ? ['This query is longer than the model reads: only its beginning was compared.']
    : [];
}

/** Whether a text has no meaning that could be compared: the model knows no part of it. */
export function hasNoMeaning({ parts, unknown }: Reading): boolean {
  return unknown === parts;
}

/** Where people start an embed job. */
export const WHERE_TO_EMBED = '(on the page Embed, or with xgpt embed)';

export const EMBED_FIRST = `Start an embed job first ${WHERE_TO_EMBED}.`;

/** Said of a query without meaning. */
export const NO_MEANING =
  'The model knows no part of this query, so no post can be compared with it by meaning. Search by words instead.';
