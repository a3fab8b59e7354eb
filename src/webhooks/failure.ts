/** Why an event did not arrive, in words; the stack of such an error would tell nothing. */
export class NotDelivered extends Error {
  override readonly name: string = 'NotDelivered';
  readonly expected = true;
}

/** This process cannot send an event, for what it has not set; another one may have. */
export class LeftToOthers extends Error {
  override readonly name = 'LeftToOthers';
  readonly expected = true;
  constructor(
    message: string,
    /** The event waits until then, without using up an attempt. */
    readonly retryAt: Date,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A connection on which nothing was sent: another address of the host may be tried. */
const REFUSED = /^(ECONNREFUSED|ConnectionRefused|FailedToOpenSocket|EHOSTUNREACH|ENETUNREACH)$/;

const REASONS: [code: RegExp, reason: string][] = [
  [/^(ENOTFOUND|EAI_\w+|ENODATA|DNS\w*)$/i, 'There is no host of this name.'],
  [REFUSED, 'The connection was refused. Is the receiver running?'],
  [/^(ECONNRESET|ConnectionClosed|EPIPE)$/, 'The connection was closed without an answer.'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID)$/, 'The TLS certificate is for another name.'],
  [/^(CERT_HAS_EXPIRED)$/, 'The TLS certificate has expired.'],
  [/CERT|SIGNATURE|ISSUER/, 'The TLS certificate is not trusted.'],
  [/^(EPROTO|ERR_SSL\w*|ERR_TLS\w*)$/, 'The receiver does not speak TLS there. Is it http://?'],
  [/^(ETIMEDOUT|ConnectionTimeout)$/, 'The receiver could not be reached in time.'],
];

/** Whether a request failed before anything was sent. */
export function isNotConnected(error: unknown): boolean {
  return REFUSED.test(codeOf(error));
}

/** What a failed request says to a person. An error of xgpt’s own is given back as it is. */
export function toNotDelivered(error: Error, answerMs: number): Error {
  if (error.name === 'TimeoutError') {
    return new NotDelivered(`The receiver did not answer within ${answerMs / 1_000} s.`);
  }
  const code = codeOf(error);
  const known = REASONS.find(([pattern]) => pattern.test(code));
  if (known) return new NotDelivered(known[1], { cause: error });
  if (code === '') return error;
  return new NotDelivered(`The request failed (${code}).`, { cause: error });
}

/** @param status of an answer other than 200 to 299. */
export function refusedWith(status: number): NotDelivered {
  const redirect = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return new NotDelivered(`The receiver answered ${status}${redirect}.`);
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
