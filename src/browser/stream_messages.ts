/** An event of the stream as it goes from the worker to a tab. */
export interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/** What a tab is told: whether the stream is open, and what it brought. Empty when nothing did. */
export interface StreamNews {
  open: boolean;
  events: StreamEvent[];
}

/** A log of which a tab shows so many bytes, counted from its first line. */
export interface LogPlace {
  job: string;
  position: number;
}

/** What the server sends of a log, as the data of an event `log`. */
export interface LogPart extends LogPlace {
  /** Where the text begins; what is before it and was not sent is no longer kept. */
  from: number;
  text: string;
}

/**
 * What a tab says: it has dealt with everything it was told (which is also how it joins), and has
 * so much of the log it shows; it is seen again, its machine is online again, it leaves.
 */
export type TabMessage = 'ready' | { ready: LogPlace } | 'seen' | 'online' | 'bye';

/** The worker tells every tab something at least this often, in ms. */
export const PING_MS = 3_000;
