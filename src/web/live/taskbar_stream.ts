import type { WebDeps } from '../deps.ts';
import { isReader } from '../http/authenticate.ts';
import { readOnlyEvents } from '../http/read_only.ts';
import type { StreamSource } from './event_streams.ts';
import { followLogs, type LiveLogs, readLogPlaces } from './logs.ts';
import { lastEventIdOf, withReconnectTime } from './sse.ts';

/**
 * The taskbar, and the logs named in the query. With `?whole=changes` there are no `jobs` events while
 * jobs only progress.
 * @throws Problem for an invalid query
 */
export async function taskbarStream(
  { live, health }: WebDeps,
  logs: LiveLogs,
  request: Request,
): Promise<StreamSource> {
  const query = new URL(request.url).searchParams;
  const taskbar = query.get('whole') === 'changes' ? live.lean : live.plain;
  // Before the response begins, so that an error still becomes the response.
  await taskbar.read(() => taskbar.snapshot());
  const places = readLogPlaces(query);
  const nextOfLogs = whenReadable(followLogs(logs, places), health);
  /** The newest revision that the client has; undefined before the first. */
  let cursor = lastEventIdOf(request) === taskbar.id ? taskbar.revision : undefined;
  let hasBegun = false;
  const seen = isReader(request) ? readOnlyEvents : (bytes: Uint8Array) => bytes;

  /** Bun completes the response's head with its first bytes, so some are sent at once. */
  function begin(): Uint8Array {
    hasBegun = true;
    if (cursor !== undefined) return Buffer.from(withReconnectTime());
    cursor = taskbar.revision;
    return Buffer.concat([Buffer.from(withReconnectTime('')), orNotices(() => taskbar.snapshot())]);
  }

  function update(): Uint8Array {
    const isUpToDate = cursor === taskbar.revision - 1;
    cursor = taskbar.revision;
    return orNotices(() => (isUpToDate ? taskbar.delta() : taskbar.snapshot()));
  }

  /** While the jobs cannot be read, the notices alone say why. All jobs follow when they can. */
  function orNotices(render: () => Uint8Array): Uint8Array {
    try {
      return seen(render());
    } catch (error) {
      if (!health.noticed(error)) throw error;
      return taskbar.notices();
    }
  }

  function next() {
    if (!hasBegun) return begin();
    return cursor === taskbar.revision ? nextOfLogs() : update();
  }

  return {
    next() {
      // A revision that had no clients when it was published was not read.
      return taskbar.isRead ? next() : taskbar.read(next);
    },
    subscribe(wake) {
      const stops = [taskbar.subscribe(wake)];
      // Without this the growth of any log would wake streams that follow none.
      if (places.length > 0) stops.push(logs.subscribe(wake));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

/** None while the database cannot be read: they follow when it can, and the notices say why. */
function whenReadable(
  next: ReturnType<typeof followLogs>,
  health: WebDeps['health'],
): ReturnType<typeof followLogs> {
  return () =>
    next()?.catch((error) => {
      if (!health.noticed(error)) throw error;
      return undefined;
    });
}
