import { LogReplay } from './log_replay.ts';
import type { LogPart, LogPlace, StreamEvent } from './stream_messages.ts';

/** A stream follows so many; of more, those that were opened last. */
const MAX_LOGS = 20;

/** How much of which log a tab has. */
interface TabPlace extends LogPlace {
  /** It has answered what it was told, so that it waits for what comes next. */
  isAnswered: boolean;
}

/** The logs that the one connection brings, for all tabs that show them. */
export class SharedLogs {
  #asked = new Map<string, LogReplay>();

  /** Whether the open connection lacks a log that a tab shows, or has one that none shows. */
  mustAsk(places: TabPlace[]): boolean {
    const wanted = wantedOf(places);
    if (wanted.size !== this.#asked.size) return true;
    return [...wanted].some(([job, tabs]) => !canServe(this.#asked.get(job), tabs));
  }

  /** What a new connection asks for. */
  ask(places: TabPlace[]): LogPlace[] {
    const asked = new Map<string, LogReplay>();
    for (const [job, tabs] of wantedOf(places)) {
      const known = this.#asked.get(job);
      const least = leastOf(tabs);
      const goesOn = known && canServe(known, tabs) && known.end >= least;
      asked.set(job, goesOn ? known : new LogReplay(least));
    }
    this.#asked = asked;
    return [...asked].map(([job, { end }]) => ({ job, position: end }));
  }

  /** Keeps an event of a log; false for any other. */
  take(event: StreamEvent): boolean {
    if (event.type !== 'log') return false;
    const part = JSON.parse(event.data) as LogPart;
    this.#asked.get(part.job)?.add(event, part);
    return true;
  }

  /** What came after that place. */
  after(place: LogPlace | undefined): StreamEvent[] {
    return (place && this.#asked.get(place.job)?.after(place.position)) ?? [];
  }
}

function wantedOf(places: TabPlace[]): Map<string, TabPlace[]> {
  const all = Map.groupBy(places, ({ job }) => job);
  return new Map([...all].slice(-MAX_LOGS));
}

/** A tab that does not answer may be frozen; what it lacks is asked for when it does. */
function canServe(replay: LogReplay | undefined, tabs: TabPlace[]): boolean {
  if (!replay) return false;
  return tabs.every(({ isAnswered, position }) => !isAnswered || replay.covers(position));
}

function leastOf(tabs: TabPlace[]): number {
  const waiting = tabs.filter(({ isAnswered }) => isAnswered);
  const counted = waiting.length > 0 ? waiting : tabs;
  return Math.min(...counted.map(({ position }) => position));
}
