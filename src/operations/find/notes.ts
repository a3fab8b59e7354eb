import { noFilters } from '../../find/filters.ts';
import type { FindQuery } from '../../find/query.ts';
import { counted } from '../../text/format.ts';
import { listed } from '../../text/listed.ts';
import { WHERE_TO_EMBED } from '../../text/meaning_notes.ts';
import type { OperationDeps } from '../deps.ts';
import type { UnknownWord } from './spelling.ts';

export const NOT_EMBEDDED = `No post has been embedded yet, so posts were found by words alone. Start an embed job ${WHERE_TO_EMBED} to find them by meaning, too.`;

/** Operators that were read as text, and why. */
export function unreadNotes({ unread = [] }: FindQuery): string[] {
  return unread.map(({ typed, takes }) => `“${typed}” was read as text: ${takes}.`);
}

/** Operators that had no effect, and what they take. */
export function emptyNotes({ empty = [] }: FindQuery): string[] {
  return empty.map(({ typed, takes }) => `“${typed}” has no value, and no effect: ${takes}.`);
}

/** Sources of which there is no post. To be asked when nothing was found. */
export async function sourceNotes(
  { words }: Pick<OperationDeps['library'], 'words'>,
  { text, topic, filters }: FindQuery,
): Promise<string[]> {
  const none: string[] = [];
  for (const source of filters.sources) {
    const query = { text, topic, filters: { ...noFilters(), sources: [source] } };
    const { keys } = await words.newest(query, { limit: 1 });
    if (keys.length === 0) none.push(`“${source}”`);
  }
  return none.length === 0 ? [] : [`No post is from the source ${listed(none, 'or')}.`];
}

/** Words that no post has, and what was found instead of them. */
export function unknownNotes(unknown: UnknownWord[]): string[] {
  const missing = unknown.flatMap(({ word, beginning }) => (beginning ? [] : [`“${word}”`]));
  return [
    ...(missing.length > 0 ? [`No post has ${listed(missing, 'or')}.`] : []),
    ...unknown.flatMap(({ word, beginning }) =>
      beginning
        ? [`No post has “${word}”: words that begin with “${beginning}” were looked for instead.`]
        : [],
    ),
  ];
}

/** What limits a comparison by meaning, whatever the query: the model, and posts that it has not read. */
export function modelNotes({
  library,
  embedder,
}: Pick<OperationDeps, 'library' | 'embedder'>): string[] {
  const { missing, examined } = library.meaning.lacking(embedder.model);
  const notes = embedder.limits === '' ? [] : [embedder.limits];
  if (missing === 0) return notes;
  const isAll = examined >= library.words.newestKey();
  const which = isAll ? '' : ` of the ${examined.toLocaleString('en')} collected last`;
  const verb = missing === 1 ? 'has' : 'have';
  const posts = counted(missing, 'post');
  return [
    ...notes,
    `${posts}${which} ${verb} not been embedded yet, so meaning cannot find ${missing === 1 ? 'it' : 'them'}. Start an embed job ${WHERE_TO_EMBED}.`,
  ];
}
