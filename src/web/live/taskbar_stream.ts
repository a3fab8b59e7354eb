import type { WebDeps } from '../deps.ts';
import type { StreamSource } from './event_streams.ts';
import { followLogs, type LiveLogs, readLogPlaces } from './logs.ts';
import { lastEventIdOf, withReconnectTime } from './sse.ts';

/** The taskbar, and the logs named in the query. @throws Problem for an invalid query */
export function taskbarStream(
  { live, health }: WebDeps,
  logs: LiveLogs,
  request: Request,
): StreamSource {
  // Rendered before the response begins, so that an error still becomes the response.
  live.snapshot();
  const places = readLogPlaces(new URL(request.url).searchParams);
  const nextOfLogs = followLogs(logs, places);
  /** The newest revision that the client has; undefined before the first. */
  let cursor = lastEventIdOf(request) === live.id ? live.revision : undefined;
  let hasBegun = false;

  /** Bun completes the response's head with its first bytes, so some are sent at once. */
  function begin(): Uint8Array {
    hasBegun = true;
    if (cursor !== undefined) return Buffer.from(withReconnectTime());
    cursor = live.revision;
    return Buffer.concat([Buffer.from(withReconnectTime('')), live.snapshot()]);
  }

  function update(): Uint8Array {
    const isUpToDate = cursor === live.revision - 1;
    cursor = live.revision;
    try {
      return isUpToDate ? live.delta() : live.snapshot();
    } catch (error) {
      if (!health.noticed(error)) throw error;
      return live.notices();
    }
  }

  return {
    next() {
      if (!hasBegun) return begin();
      return cursor === live.revision ? nextOfLogs() : update();
    },
    subscribe(wake) {
      const stops = [live.subscribe(wake)];
      // Without this the growth of any log would wake streams that follow none.
      if (places.length > 0) stops.push(logs.subscribe(wake));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
