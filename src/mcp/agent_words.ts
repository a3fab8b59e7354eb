import { TO_SEE_OTHERS } from '../text/found_text.ts';
import { WHERE_TO_EMBED } from '../text/meaning_notes.ts';

/** Buttons of a page, as sentences name them: "then Retry continues from here". */
const RETRY = /(^|[.!?]\s+)?\bRetry (?=continues|starts|keeps)/g;

const OTHERS_FOR_AGENTS =
  'To see others, narrow the query, or call find with "sort": "newest", which lists all of them.';

const ON_SOURCES_PAGE = ' on the Sources page';

/** A sentence that asks for something there, which no tool does: "Raise it on the Sources page, or with …". */
const FOR_A_PERSON = /(^|[.!?]\s+)([A-Z])((?:(?![.!?]\s).)*? on the Sources page)/gs;

/**
 * A sentence for people, in words that an agent can act on: it has no pages and no buttons, but tools.
 * A reader has no tool that starts a job.
 */
export function forAgents(text: string, isReader = false): string {
  const embed = isReader ? '(which a read-only connection cannot)' : '(with the tool embed)';
  return text
    .replaceAll(WHERE_TO_EMBED, embed)
    .replaceAll(TO_SEE_OTHERS, OTHERS_FOR_AGENTS)
    .replaceAll('The log says which.', 'get_job_log says which.')
    .replace(
      FOR_A_PERSON,
      (_, end: string, first: string, rest: string) =>
        `${end}Only a person can do this: ${first.toLowerCase()}${rest}`,
    )
    .replaceAll(ON_SOURCES_PAGE, `${ON_SOURCES_PAGE} of xgpt (/sources)`)
    .replace(RETRY, (_, start?: string) =>
      start === undefined ? 'a retry by a person ' : `${start}A retry by a person `,
    );
}
