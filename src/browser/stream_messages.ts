/** An event of the stream as it goes from the worker to a tab. */
export interface StreamEvent {
  type: string;
  data: string;
  lastEventId: string;
}

/** What the worker sends to a tab: whether the stream is open, and its new events, which may be none. */
export interface StreamUpdate {
  /** Null when the server answers 401: the sign-in has ended. */
  open: boolean | null;
  events: StreamEvent[];
}

/** A log, and how many of its bytes a tab has. */
export interface LogPlace {
  job: string;
  position: number;
}

/** The data of an event `log`. */
export interface LogPart extends LogPlace {
  /** Where the text begins, in bytes. What is missing before it is no longer kept. */
  from: number;
  text: string;
}

/**
 * What a tab sends to the worker. `ready`: it joins, or has handled the last update, and has this
 * much of the log it shows. `seen`: it is visible again. `online`: the machine is online again.
 * `bye`: it leaves.
 */
export type TabMessage = 'ready' | { ready: LogPlace } | 'seen' | 'online' | 'bye';

/** The worker sends something to every tab at least this often, in ms. */
export const PING_MS = 3_000;

/**
 * The query of the stream's address: the logs to follow with the bytes that are known already, and
 * the last event, so that nothing is sent twice. Pages apply `job` events, so while jobs only progress
 * they need no others.
 */
export function streamQuery(logs: LogPlace | LogPlace[] = [], lastEventId = ''): string {
  const query = new URLSearchParams({ whole: 'changes' });
  for (const { job, position } of [logs].flat()) query.append('log', `${job}@${position}`);
  if (lastEventId) query.set('lastEventId', lastEventId);
  return `?${query}`;
}
