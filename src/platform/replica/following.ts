import { hostname } from 'node:os';
import type { Postgres } from '../postgres/client.ts';

const CHANNEL = 'xgpt_rows';

/** How long commits are collected for one notification, in ms. */
const COLLECT_MS = 5;

/** How often a replica looks for changes whose notification was lost, in ms. */
const LOOK_MS = 5_000;

/**
 * Notifies replicas of each other's commits, by NOTIFY after the commit: within the transaction it would make
 * all commits of the server wait for each other. Where notifications cannot work (a pooler between), looking
 * now and then remains.
 */
export class Following {
  readonly #id = `${hostname()} ${crypto.randomUUID()}`;
  #listening: Promise<{ unlisten(): Promise<void> }> | undefined;
  #sending: Timer | undefined;
  #looking: Timer | undefined;

  /** @param look is called when another replica has committed, or may have. */
  constructor(
    private readonly postgres: Postgres,
    private readonly look: () => Promise<void>,
  ) {}

  /** Resolves when it listens, or it is certain that it cannot. */
  async start(): Promise<void> {
    // What fails is tried again at the next look.
    const look = () => void this.look().catch(() => {});
    this.#looking = setInterval(look, LOOK_MS);
    this.#looking.unref();
    const hear = (sender: string) => {
      if (sender !== this.#id) look();
    };
    this.#listening = this.postgres.listen(CHANNEL, hear, look);
    await this.#listening.catch(() => {});
  }

  /** Tells the others that this replica has committed. */
  notify(): void {
    this.#sending ??= setTimeout(() => void this.#send(), COLLECT_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#looking);
    if (this.#sending) await this.#send();
    const listening = await this.#listening?.catch(() => undefined);
    await listening?.unlisten().catch(() => {});
  }

  async #send(): Promise<void> {
    clearTimeout(this.#sending);
    this.#sending = undefined;
    await this.postgres.notify(CHANNEL, this.#id).catch(() => {});
  }
}
