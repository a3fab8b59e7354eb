import type { Postgres } from '../../../platform/postgres/client.ts';
import type { TransactionListener } from '../../../platform/postgres/transaction.ts';
import type { PostgresWriter } from '../../../platform/postgres/writer.ts';
import type { CommitSignals } from '../backend.ts';
import type { Echo } from './echo.ts';

export const CHANNEL = 'xgpt_jobs';

/** How long commits are collected for one signal, in ms. */
const COLLECT_MS = 5;

/**
 * Signals commits between all processes on the database, by NOTIFY. It is sent after the commit, on
 * another connection: within the transaction it would make all commits of the server wait for each
 * other. Where signals cannot work (a pooler between), polling remains.
 * @param onSignal is called at every signal of another process, and when this one listens again after
 * its connection was lost.
 */
export function createPostgresSignals(
  db: Postgres,
  writer: PostgresWriter,
  owner: string,
  echo: Echo,
  onSignal: () => void,
): CommitSignals {
  const signals = new NotifySignals(db, owner, echo);
  writer.join('commit signals', signals);
  return { ready: signals.open(onSignal), stop: () => signals.stop() };
}

class NotifySignals implements TransactionListener {
  #listening: Promise<{ unlisten(): Promise<void> }> | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(
    private readonly db: Postgres,
    private readonly owner: string,
    private readonly echo: Echo,
  ) {}

  async open(onSignal: () => void): Promise<void> {
    const hear = (sender: string) => {
      if (!this.echo.hears(sender) && sender !== this.owner) onSignal();
    };
    this.#listening = this.db.listen(CHANNEL, hear, () => {
      this.echo.isListening = true;
      onSignal();
    });
    // Polling remains.
    await this.#listening.catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.echo.isListening = false;
    if (this.#timer) await this.#send();
    const listening = await this.#listening?.catch(() => undefined);
    await listening?.unlisten().catch(() => {});
  }

  begun(): void {}

  async committing(): Promise<void> {}

  committed(): void {
    if (this.#isStopped) return;
    this.#timer ??= setTimeout(() => void this.#send(), COLLECT_MS);
  }

  rolledBack(): void {}

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.db.notify(CHANNEL, this.owner).catch(() => {});
  }
}
