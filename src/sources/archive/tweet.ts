import { dateOf, type Fields, fieldsOf, idOf, listOf, textOf } from './fields.ts';

/** A post as its entry has it, with what is needed to tell how it relates to others. */
export interface Tweet {
  id: string;
  createdAt: Date;
  /** With entities, as X encodes them. */
  text: string;
  isRepost: boolean;
  replyTo?: { id: string; userId?: string; username?: string };
  /** The ids of all versions of an edited post, this one's too; empty when it was not edited. */
  versions: string[];
  fields: Fields;
}

/**
 * Reads an entry of a tweets file.
 * @returns what is wrong with it, when it cannot be read: "it has no text".
 */
export function readTweet(entry: unknown): Tweet | string {
  const fields = fieldsOf(fieldsOf(entry).tweet ?? entry);
  if (entry === null || typeof entry !== 'object') return 'it is not a post';
  const id = idOf(fields.id_str) ?? idOf(fields.id);
  if (id === undefined) return 'it has no id';
  const createdAt = dateOf(fields.created_at);
  if (!createdAt) return 'it has no date';
  // Archives up to 2018 have `text`.
  const text = fields.full_text ?? fields.text;
  if (typeof text !== 'string') return 'it has no text';
  const parent = idOf(fields.in_reply_to_status_id_str) ?? idOf(fields.in_reply_to_status_id);
  return {
    id,
    createdAt,
    text,
    // `retweeted` is always false. Only archives up to 2018 have the original.
    isRepost: text.startsWith('RT @') || fields.retweeted_status !== undefined,
    ...(parent && { replyTo: replyTo(parent, fields) }),
    versions: versionsOf(id, fieldsOf(fields.edit_info)),
    fields,
  };
}

function replyTo(id: string, fields: Fields) {
  return {
    id,
    userId: idOf(fields.in_reply_to_user_id_str) ?? idOf(fields.in_reply_to_user_id),
    username: textOf(fields.in_reply_to_screen_name),
  };
}

/** The first version has `initial`, later ones have `edit`. */
function versionsOf(id: string, { initial, edit }: Fields): string[] {
  const { initialTweetId, editControlInitial } = fieldsOf(edit);
  const { editTweetIds } = fieldsOf(initial ?? editControlInitial);
  if (initialTweetId === undefined && Array.isArray(editTweetIds) && editTweetIds.length < 2) {
    return [];
  }
  const listed = Array.isArray(editTweetIds) ? editTweetIds : [];
  const ids = [initialTweetId, ...listed, id].map(idOf).filter((each) => each !== undefined);
  const distinct = [...new Set(ids)];
  return distinct.length > 1 ? distinct : [];
}

/** The pictures and videos of an entry. */
export function attachmentsOf({ fields }: Tweet): Fields[] {
  const extended = listOf(fieldsOf(fields.extended_entities).media);
  return extended.length > 0 ? extended : listOf(fieldsOf(fields.entities).media);
}
