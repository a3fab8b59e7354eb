/** The server refused a request, or could not be asked. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** Stable: `invalid_input`, `unauthorised` …, or `unreachable` when no answer came. */
  readonly code: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Field → what is wrong with it. */
  readonly details: Record<string, string>;
  /** How long the server asks to wait before another attempt, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { code, status, details, retryAfterSeconds, cause }: RequestParts) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.details = details ?? {};
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
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

/** Why `done` has no output to give. */
export type JobErrorCode = 'failed' | 'exhausted' | 'cancelled' | 'not_found' | 'unsubscribed';

/** A job ended without an output, or nobody follows it any more. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly code: JobErrorCode;
  /** Absent when nobody waited for it to be started. */
  readonly jobId: string | undefined;

  constructor(message: string, code: JobErrorCode, jobId?: string) {
    super(message);
    this.code = code;
    this.jobId = jobId;
  }
}
