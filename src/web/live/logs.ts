import type { Tracker } from '../../jobs/index.ts';
import { Problem } from '../http/problem.ts';
import { logPosition } from '../routes/job_log.ts';

/** Most logs that one stream follows. */
const MAX_LOGS = 20;

/** Bytes of a log in one event. As JSON none of its characters takes more than twice that: 64 KB. */
const MAX_BYTES = 32_000;

/** Time between two looks at logs that grow, in ms: all that is written meanwhile goes together. */
const FRAME_MS = 50;

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

/** What was added to logs, as bytes, read and encoded once however many follow. */
export interface LiveLogs {
  /** Raised whenever any log may have grown. */
  readonly frame: number;
  /** What comes after a place; nothing at the end. */
  after(place: LogPlace): LogPiece | undefined;
  /** Calls `listener` after every frame, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** Follows the logs of all jobs, whichever process writes them. */
export function createLiveLogs(tracker: Tracker): LiveLogs {
  const listeners = new Set<() => void>();
  const newest = new Map<string, { asked: number; piece: LogPiece | undefined }>();
  let frame = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  let pending: Timer | undefined;
  tracker.feed.onLog(() => {
    if (listeners.size === 0) newest.clear();
    if (listeners.size === 0 || pending !== undefined) return;
    const wait = shownAt + FRAME_MS - performance.now();
    if (wait <= 0) return show();
    pending = setTimeout(show, wait);
    pending.unref();
  });

  function show(): void {
    pending = undefined;
    shownAt = performance.now();
    frame++;
    newest.clear();
    for (const listener of listeners) listener();
  }

  function read({ job, position: asked }: LogPlace): LogPiece | undefined {
    const { from, text, position } = tracker.reader.readWrittenLog(job, asked, MAX_BYTES);
    if (text === '') return undefined;
    const data = JSON.stringify({ job, from, position, text });
    const event = new TextEncoder().encode(`event: log\ndata: ${data}\n\n`);
    return { event, position, isLast: tracker.reader.logEnd(job) === position };
  }

  return {
    get frame() {
      return frame;
    },
    after(place) {
      const known = newest.get(place.job);
      if (known?.asked === place.position) return known.piece;
      const piece = read(place);
      newest.set(place.job, { asked: place.position, piece });
      return piece;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The logs of one stream: each call gives the next event, until there is nothing now. */
export function followLogs(logs: LiveLogs, places: LogPlace[]): () => Uint8Array | undefined {
  const cursors = places.map((place) => ({ ...place, doneWith: -1 }));
  return () => {
    for (const cursor of cursors) {
      if (cursor.doneWith === logs.frame) continue;
      const piece = logs.after(cursor);
      if (!piece || piece.isLast) cursor.doneWith = logs.frame;
      if (!piece) continue;
      cursor.position = piece.position;
      return piece.event;
    }
    return undefined;
  };
}

/**
 * The logs that an address asks for: `?log=<id>@<position>`, repeated. What there is no job for is
 * a log in which nothing is written: its page must not lose its taskbar.
 * @throws Problem for more than 20, or what is written otherwise.
 */
export function readLogPlaces(params: URLSearchParams): LogPlace[] {
  const places = params.getAll('log').map(readPlace);
  const byJob = new Map(places.map((place) => [place.job, place]));
  if (byJob.size > MAX_LOGS) throw malformedLog(`A stream follows at most ${MAX_LOGS} logs.`);
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
