/** How often a process sends itself a notification, in ms. */
const SEND_MS = 2_000;

/** A connection that has not brought it back by then hears nothing, in ms. */
const DEAF_AFTER_MS = 500;

const PREFIX = 'echo ';

/**
 * Tells whether the connection that listens hears anything: a process sends itself notifications over
 * another one. A lost connection listens again by itself, and does not say that it was deaf meanwhile; one
 * over a pooler may never hear anything.
 */
export class Echo {
  /** Nothing is sent before. */
  isListening = false;
  #sent = 0;
  #heard = 0;
  #sentAt = Number.NEGATIVE_INFINITY;

  /**
   * @param owner this process, as in leases.
   * @param elapsed as of `Clock`.
   */
  constructor(
    private readonly owner: string,
    private readonly elapsed: () => number,
  ) {}

  /** The payload to be sent with the next statement; empty when none is due. */
  next(): string {
    const now = this.elapsed();
    if (!this.isListening || now - this.#sentAt < SEND_MS) return '';
    this.#sentAt = now;
    return this.#payload(++this.#sent);
  }

  /** Whether what was heard is an echo, of this process or another one. */
  hears(payload: string): boolean {
    if (payload === this.#payload(this.#sent)) this.#heard = this.#sent;
    return payload.startsWith(PREFIX);
  }

  /** Whether the last one has come back, unless it is still under way. */
  get isHeard(): boolean {
    if (this.#heard === 0) return false;
    return this.#heard === this.#sent || this.elapsed() - this.#sentAt < DEAF_AFTER_MS;
  }

  #payload(number: number): string {
    return `${PREFIX}${this.owner} ${number}`;
  }
}
