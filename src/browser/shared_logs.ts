import { LogReplay } from './log_replay.ts';
import type { LogPart, LogPlace, StreamEvent } from './stream_messages.ts';

/** Most logs that a stream follows; of more, those that were opened last. */
const MAX_LOGS = 20;

/** The log that a tab shows, and how much of it the tab has. */
interface TabPlace extends LogPlace {
  /** It has handled the last update. */
  isReady: boolean;
}

/** The logs that the shared connection follows, for all tabs that show them. */
export class SharedLogs {
  #requested = new Map<string, LogReplay>();

  /** Whether the open connection lacks a log that a tab shows, or follows one that no tab shows. */
  needReconnect(places: TabPlace[]): boolean {
    const wanted = wantedOf(places);
    if (wanted.size !== this.#requested.size) return true;
    return [...wanted].some(([job, tabs]) => !canServe(this.#requested.get(job), tabs));
  }

  /** The logs for a new connection. */
  request(places: TabPlace[]): LogPlace[] {
    const requested = new Map<string, LogReplay>();
    for (const [job, tabs] of wantedOf(places)) {
      const known = this.#requested.get(job);
      const least = leastOf(tabs);
      const continues = known && canServe(known, tabs) && known.end >= least;
      requested.set(job, continues ? known : new LogReplay(least));
    }
    this.#requested = requested;
    return [...requested].map(([job, { end }]) => ({ job, position: end }));
  }

  /** Keeps an event `log`. @returns false for any other event. */
  take(event: StreamEvent): boolean {
    if (event.type !== 'log') return false;
    const part = JSON.parse(event.data) as LogPart;
    this.#requested.get(part.job)?.add(event, part);
    return true;
  }

  /** The events after that place. */
  after(place: LogPlace | undefined): StreamEvent[] {
    return (place && this.#requested.get(place.job)?.after(place.position)) ?? [];
  }
}

function wantedOf(places: TabPlace[]): Map<string, TabPlace[]> {
  const all = Map.groupBy(places, ({ job }) => job);
  return new Map([...all].slice(-MAX_LOGS));
}

/** A tab that is not ready may be frozen; what it lacks is requested when it is ready again. */
function canServe(replay: LogReplay | undefined, tabs: TabPlace[]): boolean {
  if (!replay) return false;
  return tabs.every(({ isReady, position }) => !isReady || replay.covers(position));
}

function leastOf(tabs: TabPlace[]): number {
  const waiting = tabs.filter(({ isReady }) => isReady);
  const counted = waiting.length > 0 ? waiting : tabs;
  return Math.min(...counted.map(({ position }) => position));
}
