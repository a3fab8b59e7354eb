import { asSentence } from '../../../text/sentence.ts';
import {
  NotFound,
  type SourceError,
  SourceUnavailable,
  Unauthorised,
  Unreadable,
} from '../../source.ts';
import type { Problem } from './answers.ts';

const REPLACE_TOKEN = 'Replace it on the Sources page, or with "xgpt sources set x".';
const CONSOLE = 'X’s developer console (console.x.com)';

/**
 * The error for an answer that is no success.
 * @param status of HTTP, 400 to 599.
 * @param problem as far as the body has one; the body of a proxy has none.
 */
export function refusal(status: number, problem: Problem | undefined): SourceError {
  if (problem && isAboutMoney(problem)) return outOfMoney(status, problem);
  if (status === 401) {
    return new Unauthorised(`X does not accept the bearer token. ${REPLACE_TOKEN}`);
  }
  if (status === 402) return outOfMoney(status, problem);
  if (status === 403) return forbidden(problem);
  if (status === 400 && problem) return notAccepted(problem);
  if (status === 404 && problem) return new NotFound(`X does not find it: ${wordsOf(problem)}`);
  return new SourceUnavailable(`X answered with status ${status}.`);
}

/** The error for an answer with status 200 that has nothing but errors. */
export function absence([problem]: Problem[], subject: string): SourceError {
  if (!problem) return new SourceUnavailable('X answered without data and without an error.');
  const { type, detail } = problem;
  if (/suspended/i.test(detail)) return new NotFound(`X has suspended ${subject}.`);
  if (type.endsWith('/resource-not-found')) {
    return new NotFound(
      `There is no user ${subject} on X. A renamed account is found by its new name.`,
    );
  }
  if (type.endsWith('/not-authorized-for-resource')) return isProtected(subject);
  return new SourceUnavailable(`X answered without data: ${wordsOf(problem)}`);
}

export function isProtected(subject: string): Unauthorised {
  return new Unauthorised(
    `The posts of ${subject} are protected. X’s official API shows public posts only.`,
  );
}

/** `UsageCapExceeded` and `SpendCapReached` come as 403 or 429, `credits-depleted` as 402. */
export function isAboutMoney({ type, title, detail }: Problem): boolean {
  return (
    /\/(credits(-depleted)?|usage-capped)$/.test(type) ||
    /^(UsageCapExceeded|SpendCapReached|CreditsDepleted)$/.test(title) ||
    /\b(spend|usage) cap\b/i.test(detail)
  );
}

function outOfMoney(status: number, problem: Problem | undefined): Unauthorised {
  const said = problem ? `: ${wordsOf(problem)}` : '.';
  if (status === 402 || /credit/i.test(`${problem?.type} ${problem?.detail}`)) {
    return new Unauthorised(
      `The X developer account has no credits left${said} Add credits in ${CONSOLE}, then Retry continues from here.`,
    );
  }
  return new Unauthorised(
    `X’s own limit of this developer account is reached${said} Raise it in ${CONSOLE}, or Retry when its month ends.`,
  );
}

function forbidden(problem: Problem | undefined): Unauthorised {
  if (problem?.type.endsWith('/client-forbidden') || /not-enrolled/.test(problem?.reason ?? '')) {
    return new Unauthorised(
      `The app of this bearer token may not make this request: ${problem && wordsOf(problem)} Check its project and plan in ${CONSOLE}.`,
    );
  }
  const said = problem ? `: ${wordsOf(problem)}` : '.';
  return new Unauthorised(`X refused the request${said} ${REPLACE_TOKEN}`);
}

function notAccepted(problem: Problem): Unreadable {
  const words = wordsOf(problem);
  if (/next_token|pagination_token/.test(words)) {
    return new Unreadable(
      'X no longer accepts the place at which this listing stopped. Start it again.',
    );
  }
  return new Unreadable(`X does not accept the request: ${words}`);
}

/** What X says, as a sentence. The detail of an invalid request is the same for all. */
function wordsOf({ detail, message, title, reason }: Problem): string {
  return asSentence(message || detail || title || reason || 'it gives no reason');
}
