import {
  CredentialsNotAccepted,
  InvalidConnection,
  SecretKeyUnusable,
} from '../../connections/index.ts';
import { ModelUnavailable } from '../../embedding/embedder.ts';
import { InvalidInput, TooManyWaiting, UnknownJobType } from '../../jobs/index.ts';
import { InvalidCursor } from '../../library/index.ts';
import { DatabaseUnusable } from '../../platform/database.ts';
import { databaseIssueOf } from '../../platform/database_issue.ts';
import { StorageFailed } from '../../platform/storage_issue.ts';
import { NoSuchSchedule, ScheduleActive } from '../../schedules/index.ts';
import { ImportTooLarge } from '../../sources/archive/imports.ts';
import { NotFound, SourceError } from '../../sources/source.ts';
import { NoSuchWebhook, WebhookExists, WebhookNotSent } from '../../webhooks/index.ts';
import { MalformedUpload, UploadStalled } from './multipart.ts';
import { outOfOrder, Problem } from './problem.ts';

/** `Retry-After` for a full queue, in seconds. */
const FULL_RETRY_S = 10;

/**
 * The only place that maps errors to responses. An unknown error is a 500.
 * @param words what invalid input kept from happening. Default: a start.
 */
export function toProblem(error: unknown, words: RefusalWords = NOT_STARTED): Problem {
  if (error instanceof Problem) return error;
  const refusal = refused(error, words);
  if (refusal) return refusal;
  if (error instanceof InvalidCursor) {
    return new Problem(422, 'invalid_input', 'Invalid cursor.', {
      message: 'Use nextCursor of the previous page, or omit cursor.',
      details: { cursor: 'Cursor must come from an earlier page.' },
    });
  }
  const known = uploadProblem(error) ?? connectionProblem(error) ?? automationProblem(error);
  if (known) return known;
  if (error instanceof NotFound) return new Problem(404, 'not_found', error.message);
  if (error instanceof SourceError) return badFile(422, 'invalid_input', error);
  if (error instanceof ModelUnavailable) {
    return new Problem(503, 'model_unavailable', 'The model is not ready.', {
      message: error.message,
      cause: error,
    });
  }
  if (error instanceof DatabaseUnusable) {
    return new Problem(503, 'database_unusable', error.message, { cause: error });
  }
  const issue = error instanceof StorageFailed ? error.issue : databaseIssueOf(error);
  if (issue) return outOfOrder(issue, error);
  return new Problem(500, 'internal', 'Internal error.', {
    message: 'The request was not at fault. The log has the details; running jobs continue.',
    cause: error,
  });
}

function uploadProblem(error: unknown): Problem | undefined {
  if (error instanceof MalformedUpload) {
    return new Problem(422, 'malformed_upload', 'The upload cannot be read.', {
      details: { file: error.message },
      cause: error,
    });
  }
  if (error instanceof UploadStalled) return badFile(408, 'upload_stalled', error);
  if (error instanceof ImportTooLarge) return badFile(413, 'too_large', error);
  return undefined;
}

/** Of the credentials and budgets of sources. */
function connectionProblem(error: unknown): Problem | undefined {
  if (error instanceof InvalidConnection) {
    const { details } = error;
    const isOne = Object.keys(details).length === 1;
    const message = `Correct ${isOne ? 'this field' : 'these fields'} and send the form again.`;
    return new Problem(422, 'invalid_input', 'Nothing was stored.', { message, details });
  }
  if (error instanceof CredentialsNotAccepted) {
    const { message } = error;
    return new Problem(422, 'credentials_not_accepted', 'Nothing was stored.', { message });
  }
  if (error instanceof SecretKeyUnusable) {
    return new Problem(503, 'secret_key_unusable', 'Nothing was stored.', {
      message: error.message,
      cause: error,
    });
  }
  return undefined;
}

/** Of webhooks and schedules. */
function automationProblem(error: unknown): Problem | undefined {
  if (error instanceof NoSuchWebhook || error instanceof NoSuchSchedule) {
    return new Problem(404, 'not_found', error.message, { message: 'It may have been removed.' });
  }
  if (error instanceof WebhookExists) {
    const { message } = error;
    return new Problem(409, 'webhook_exists', 'Nothing was added.', { message });
  }
  if (error instanceof WebhookNotSent) {
    const { state, message, refusal } = error;
    return new Problem(409, `webhook_${state}`, refusal, { message });
  }
  if (error instanceof ScheduleActive) {
    return new Problem(409, 'active', error.message, {
      message: `Wait until ${error.jobId} has ended, or cancel it.`,
    });
  }
  return undefined;
}

/** The same for one job of a list, of which others may have been started. */
export function entryProblem(error: unknown): Problem {
  return refused(error, ENTRY) ?? toProblem(error);
}

/** What invalid input kept from happening, and what to do. */
export interface RefusalWords {
  title: string;
  ifInvalid: string;
  /** When too many jobs are waiting, which concerns starts only. Default: as for a start. */
  ifTooMany?: string;
}

const CORRECT_FIELDS = 'Correct the input and try again.';

export const NOT_STARTED = {
  title: 'Nothing was started.',
  ifInvalid: CORRECT_FIELDS,
  ifTooMany: 'Wait until some have ended, or cancel those you do not need.',
};

export const NOT_CHANGED: RefusalWords = {
  title: 'Nothing was changed.',
  ifInvalid: CORRECT_FIELDS,
};

const ENTRY: RefusalWords = {
  title: 'This job was not started.',
  ifInvalid: 'Correct these fields and send it again.',
  ifTooMany: 'Send it again when some have ended.',
};

/** Input that is invalid, or a job for which there is no room. */
function refused(error: unknown, words: RefusalWords): Problem | undefined {
  const { title, ifInvalid, ifTooMany = NOT_STARTED.ifTooMany } = words;
  if (error instanceof InvalidInput) {
    const { details } = error;
    return new Problem(422, 'invalid_input', title, { message: ifInvalid, details, cause: error });
  }
  if (error instanceof UnknownJobType) {
    return new Problem(422, 'invalid_input', title, { details: { type: error.message } });
  }
  if (!(error instanceof TooManyWaiting)) return undefined;
  return new Problem(429, 'too_many_waiting', error.message, {
    message: `${title} ${ifTooMany}`,
    retryAfterSeconds: FULL_RETRY_S,
  });
}

function badFile(status: number, code: string, error: Error): Problem {
  return new Problem(status, code, 'The file was not stored.', {
    details: { file: error.message },
    cause: error,
  });
}
