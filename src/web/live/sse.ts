/** One server-sent event. */
interface ServerEvent {
  event: string;
  data: string;
  /** What a client sends back as `Last-Event-ID` when it reconnects. */
  id?: string;
}

/** After a lost connection, clients reconnect spread over this time, in ms. */
const RECONNECT_MS = { min: 500, max: 2_000 };

/** The only place that encodes events. */
export function encodeEvent({ event, data, id }: ServerEvent): string {
  const lines = data.split(/\r\n|\r|\n/).join('\ndata: ');
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${lines}\n\n`;
}

/** An event whose data is JSON. */
export function encodeJsonEvent(event: string, data: unknown): string {
  return encodeEvent({ event, data: JSON.stringify(data) });
}

/**
 * The time that a client waits before it reconnects. It precedes an event and becomes part of it;
 * without an event it ends with its own line break.
 */
export function withReconnectTime(event = '\n'): string {
  const { min, max } = RECONNECT_MS;
  return `retry: ${Math.round(min + Math.random() * (max - min))}\n${event}`;
}

/**
 * A comment for clients that expect one, and an event for scripts, which do not see comments and take
 * a long silence for a lost connection.
 */
export const HEARTBEAT = `: heartbeat\n${encodeEvent({ event: 'beat', data: '' })}`;

/** The id of the last event a client has. A page cannot set the header; the browser does when it reconnects. */
export function lastEventIdOf(request: Request): string | null {
  const { searchParams } = new URL(request.url);
  return request.headers.get('last-event-id') ?? searchParams.get('lastEventId');
}
