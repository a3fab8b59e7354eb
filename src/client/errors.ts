/** The server refused a request, or could not be reached. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** Stable: `invalid_input`, `unauthorised` …, or `unreachable` without a response. */
  readonly code: string;
  /** The HTTP status; 0 without a response. */
  readonly status: number;
  /** Field → error message. */
  readonly details: Record<string, string>;
  /** How long to wait before a retry, in seconds, if the server says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { code, status, details, retryAfterSeconds, cause }: RequestParts) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.details = details ?? {};
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may succeed later. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

interface RequestParts {
  code: string;
  status: number;
  details?: Record<string, string>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Why `done` has no output. */
export type JobErrorCode = 'failed' | 'exhausted' | 'cancelled' | 'not_found' | 'unsubscribed';

/** A job ended without an output, or is no longer followed. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly code: JobErrorCode;
  /** Absent when it was unsubscribed before it started. */
  readonly jobId: string | undefined;

  constructor(message: string, code: JobErrorCode, jobId?: string) {
    super(message);
    this.code = code;
    this.jobId = jobId;
  }
}
