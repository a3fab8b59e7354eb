import type { Tracker } from '../../jobs/index.ts';
import { every, Pacer } from '../../platform/pacer.ts';
import { MAX_FOLLOWED_LOGS } from '../contract/requests.ts';
import { Problem } from '../http/problem.ts';
import { logPosition } from '../routes/job_log.ts';
import { encodeJsonEvent } from './sse.ts';

/** Maximum size of the log text in one event, in bytes. As JSON it is at most twice that: 64 KB. */
const MAX_BYTES = 32_000;

/** Time between two updates of logs, in ms: lines written meanwhile are sent together. */
const UPDATE_MS = 50;

/** A log and the client's position in it. */
export interface LogPlace {
  job: string;
  /** In bytes from its first line. */
  position: number;
}

interface LogPiece {
  /** An event `log`. It has no id: the position says how much the client has. */
  event: Uint8Array;
  position: number;
  /** Whether it reached the end of the log. */
  isLast: boolean;
}

/** New lines of logs, read and encoded once for all clients. */
export interface LiveLogs {
  /** Higher whenever a log may have grown. */
  readonly revision: number;
  /** The text after a place; undefined at the end. */
  after(place: LogPlace): Promise<LogPiece | undefined>;
  /** Calls `listener` after every revision until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** The logs of all jobs, whichever process writes them. */
export function createLiveLogs(tracker: Pick<Tracker, 'feed' | 'reader'>): LiveLogs {
  const listeners = new Set<() => void>();
  /** What was read since the last revision. */
  const pieces = new Map<string, { from: number; piece: Promise<LogPiece | undefined> }>();
  let revision = 0;
  const pacer = new Pacer(every(UPDATE_MS), publish);
  tracker.feed.onLog(() => {
    if (listeners.size > 0) pacer.request();
    else pieces.clear();
  });

  function publish(): void {
    revision++;
    pieces.clear();
    for (const listener of listeners) listener();
  }

  return {
    get revision() {
      return revision;
    },
    after({ job, position }) {
      const known = pieces.get(job);
      if (known?.from === position) return known.piece;
      const piece = readPiece(tracker, { job, position });
      pieces.set(job, { from: position, piece });
      // The next client tries again.
      piece.catch(() => pieces.delete(job));
      return piece;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function readPiece(
  { reader }: Pick<Tracker, 'reader'>,
  { job, position: start }: LogPlace,
): Promise<LogPiece | undefined> {
  const { from, text, position } = await reader.readWrittenLog(job, start, MAX_BYTES);
  if (text === '') return undefined;
  const event = encodeJsonEvent('log', { job, from, position, text });
  const isLast = (await reader.logEnd(job)) === position;
  return { event: new TextEncoder().encode(event), position, isLast };
}

/** The logs of one stream. Each call returns the next event; empty if there is none now. */
export function followLogs(
  logs: LiveLogs,
  places: LogPlace[],
): () => Promise<Uint8Array | undefined> | undefined {
  const cursors = places.map((place) => ({ ...place, doneWith: -1 }));

  async function nextEvent(): Promise<Uint8Array | undefined> {
    for (const cursor of cursors) {
      // A log that grows while it is read has to be read again.
      const { revision } = logs;
      if (cursor.doneWith === revision) continue;
      const piece = await logs.after(cursor);
      if (!piece || piece.isLast) cursor.doneWith = revision;
      if (!piece) continue;
      cursor.position = piece.position;
      return piece.event;
    }
    return undefined;
  }

  return () =>
    cursors.some(({ doneWith }) => doneWith !== logs.revision) ? nextEvent() : undefined;
}

/**
 * The logs named in the query: `?log=<id>@<position>`, repeated. The log of a job that does not
 * exist is empty: its page must not lose its taskbar.
 * @throws Problem for more than 20 logs or a malformed one.
 */
export function readLogPlaces(params: URLSearchParams): LogPlace[] {
  const places = params.getAll('log').map(readPlace);
  const byJob = new Map(places.map((place) => [place.job, place]));
  if (byJob.size > MAX_FOLLOWED_LOGS)
    throw malformedLog(`A stream follows at most ${MAX_FOLLOWED_LOGS} logs.`);
  return [...byJob.values()];
}

function readPlace(text: string): LogPlace {
  const at = text.lastIndexOf('@');
  const position = logPosition(text.slice(at + 1));
  if (at < 1 || position === undefined) {
    throw malformedLog('Log must be the id of a job, an @, and a whole number of bytes.');
  }
  return { job: text.slice(0, at), position };
}

function malformedLog(rule: string): Problem {
  return new Problem(422, 'invalid_input', 'These logs cannot be followed.', {
    message: 'Correct the parameters below, or omit them.',
    details: { log: rule },
  });
}
