import type { FindQuery } from '../../find/query.ts';
import type { OperationDeps } from '../deps.ts';
import { indexNotes, outdatedNotes } from '../index_notes.ts';
import type { Hits } from './hits.ts';
import {
  absentNotes,
  alternativeNotes,
  contradictionNotes,
  emptyNotes,
  unknownNotes,
  unreadNotes,
} from './notes.ts';
import { hardWords, isUnfiltered } from './query_parts.ts';
import type { FindRequest } from './request.ts';
import { didYouMean, type UnknownWord, unknownWords } from './spelling.ts';

/** What is told of an answer beside its posts, for people. */
export interface AnswerNotes {
  /** What limits it. */
  notes: string[];
  /** What was typed, with words that no post has replaced by similar ones that some post has. */
  didYouMean?: string;
}

type Answered = Pick<Hits, 'by' | 'notes' | 'unknown'> & {
  /** Whether there is any post. */
  isFound: boolean;
};

/** The same for pages and for exports. @param request as the library answers it. */
export async function answerNotes(
  deps: Pick<OperationDeps, 'library' | 'isOutdated'>,
  request: FindRequest,
  { by, notes, unknown: known, isFound }: Answered,
): Promise<AnswerNotes> {
  const { query } = request;
  const unknown = (known ?? unknownOf(deps, request)).filter(isNoOperator(query));
  const suggestion =
    unknown.length === 0 ? undefined : await didYouMean(deps.library.words, query, unknown);
  return {
    notes: [
      ...outdatedNotes(deps),
      ...unreadNotes(query),
      ...emptyNotes(query),
      ...contradictionNotes(query),
      ...(await absentNotes(deps, query, isFound, by === 'words')),
      ...(by === 'words' ? alternativeNotes(query) : []),
      ...unknownNotes(unknown),
      ...notes,
      ...(readsIndex(request) ? indexNotes(deps.library) : []),
    ],
    ...(suggestion !== undefined && { didYouMean: suggestion }),
  };
}

/** What was read as text in place of an operator is told already. */
function isNoOperator({ unread = [] }: FindQuery): (unknown: UnknownWord) => boolean {
  return ({ word }) => !unread.some(({ typed }) => typed.endsWith(word));
}

function unknownOf(
  { library }: Pick<OperationDeps, 'library'>,
  { query, by }: FindRequest,
): UnknownWord[] {
  if (!query.words || by === 'meaning' || library.words.newestKey() === 0) return [];
  return unknownWords(library.words, query.words, false);
}

/** Whether the index of words decides what is found. */
function readsIndex({ query, by, like }: FindRequest): boolean {
  if (!isUnfiltered(query)) return true;
  if (!query.words) return false;
  return by !== 'meaning' || like !== undefined || hardWords(query.words) !== undefined;
}
