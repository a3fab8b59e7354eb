/** One server-sent event. */
interface ServerEvent {
  event: string;
  data: string;
  /** What a client sends back as `Last-Event-ID` when it reconnects. */
  id?: string;
}

/** After a lost connection clients come back over this span, in ms, and not all at once. */
const RECONNECT_MS = { min: 500, max: 2_000 };

/** The only place where an event becomes text. */
export function encodeEvent({ event, data, id }: ServerEvent): string {
  const lines = data.split(/\r\n|\r|\n/).join('\ndata: ');
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${lines}\n\n`;
}

/** An event whose data is JSON. */
export function encodeJsonEvent(event: string, data: unknown): string {
  return encodeEvent({ event, data: JSON.stringify(data) });
}

/**
 * Tells a client how long to wait before it reconnects. It stands before an event and becomes part
 * of it; without an event it ends with a line break of its own.
 */
export function withReconnectTime(event = '\n'): string {
  const { min, max } = RECONNECT_MS;
  return `retry: ${Math.round(min + Math.random() * (max - min))}\n${event}`;
}

/**
 * A comment for clients that wait for one, and an event for scripts: a browser hides comments from
 * them, and a script that hears nothing for long enough knows that the connection is lost.
 */
export const HEARTBEAT = `: heartbeat\n${encodeEvent({ event: 'beat', data: '' })}`;

/** The id of the last event that a client has. Only a browser's own reconnect can set the header. */
export function lastEventIdOf(request: Request): string | null {
  const { searchParams } = new URL(request.url);
  return request.headers.get('last-event-id') ?? searchParams.get('lastEventId');
}
