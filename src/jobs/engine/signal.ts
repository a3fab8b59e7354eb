/** A plain event: whoever emits it does not know who listens. */
export class Signal<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  /** Calls `listener` at every event until the returned function is called. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/**
 * Jobs can be claimed soon: some are being queued, or a running job is ending. Emitted before that
 * is written, so that the claim joins the same transaction. The event is their type, or undefined
 * for any.
 */
export type ClaimSignal = Signal<string | undefined>;
