import type { Tracker } from '../../jobs/index.ts';
import { every, Pacer } from '../../platform/pacer.ts';
import { MAX_FOLLOWED_LOGS } from '../contract/requests.ts';
import { Problem } from '../http/problem.ts';
import { logPosition } from '../routes/job_log.ts';
import { encodeJsonEvent } from './sse.ts';

/** Most bytes of a log in one event. As JSON they take at most twice that: 64 KB. */
const MAX_BYTES = 32_000;

/** Time between two updates of logs, in ms: what is written meanwhile is sent together. */
const UPDATE_MS = 50;

/** A log, and how much of it a client has. */
export interface LogPlace {
  job: string;
  /** In bytes from its first line. */
  position: number;
}

interface LogPiece {
  /** An event `log`. It has no id: a client says by the position what it has. */
  event: Uint8Array;
  position: number;
  /** There was no more when it was read. */
  isLast: boolean;
}

/** What is added to logs, as bytes that are read and encoded once for all watchers. */
export interface LiveLogs {
  /** Higher whenever a log may have grown. */
  readonly revision: number;
  /** What comes after a place; undefined at the end. */
  after(place: LogPlace): LogPiece | undefined;
  /** Calls `listener` after every revision until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** The logs of all jobs, whichever process writes them. */
export function createLiveLogs(tracker: Tracker): LiveLogs {
  const listeners = new Set<() => void>();
  const pieces = new Map<string, { from: number; piece: LogPiece | undefined }>();
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
      return piece;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function readPiece(tracker: Tracker, place: LogPlace): LogPiece | undefined {
  const { job } = place;
  const { from, text, position } = tracker.reader.readWrittenLog(job, place.position, MAX_BYTES);
  if (text === '') return undefined;
  const event = encodeJsonEvent('log', { job, from, position, text });
  const isLast = tracker.reader.logEnd(job) === position;
  return { event: new TextEncoder().encode(event), position, isLast };
}

/** The logs of one stream: each call returns the next event, until there is nothing now. */
export function followLogs(logs: LiveLogs, places: LogPlace[]): () => Uint8Array | undefined {
  const cursors = places.map((place) => ({ ...place, doneWith: -1 }));
  return () => {
    for (const cursor of cursors) {
      if (cursor.doneWith === logs.revision) continue;
      const piece = logs.after(cursor);
      if (!piece || piece.isLast) cursor.doneWith = logs.revision;
      if (!piece) continue;
      cursor.position = piece.position;
      return piece.event;
    }
    return undefined;
  };
}

/**
 * The logs that an address names: `?log=<id>@<position>`, repeated. The log of a job that does not
 * exist is empty: its page must not lose its taskbar.
 * @throws Problem for more than 20, or any other form.
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
    message: 'Correct the parameters named here, or leave them out.',
    details: { log: rule },
  });
}
