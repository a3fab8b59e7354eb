import {
  decodePlace,
  type EventPlace,
  encodePlace,
  type JobEvent,
  type JobEventReader,
} from '../../jobs/job_events.ts';
import { listedJob } from '../../text/abridged_job.ts';
import type { WebDeps } from '../deps.ts';
import type { StreamSource } from './event_streams.ts';
import { encodeEvent, lastEventIdOf, withReconnectTime } from './sse.ts';

/** Maximum number of listed jobs in one piece: a long list must not block the event loop. */
const MAX_PIECE = 200;

/**
 * After how many transactions without an event that the client asked for it gets the place all the
 * same: the change log goes back 2,000.
 */
const MAX_UNTOLD = 500;

/** How many pieces without anything for a client are passed over before other clients get their turn. */
const MAX_PASSED_OVER = 10;

/** How many pieces are kept for other clients. */
const MAX_SHARED = 4;

/** Which jobs a client follows; all by default. */
export interface EventFilter {
  type?: string;
  session?: string;
}

interface EncodedEvent {
  /** Undefined when it is for clients of every type and session. */
  of: { type: string; session: string | undefined } | undefined;
  text: string;
}

/** A piece of the sequence, as it is sent. */
interface Piece {
  events: EncodedEvent[];
  /** All events together. */
  whole: string;
  next: EventPlace;
}

interface LiveDeps extends Pick<WebDeps, 'updates'> {
  tracker: { events: JobEventReader };
}

/** Reads and encodes pieces of the sequence; clients that have kept up share them. */
export class LiveJobEvents {
  /** The pieces read last, by the place before them. */
  readonly #shared = new Map<string, Piece>();
  /** The place after which there was nothing at the last look. */
  #end: string | undefined;
  /** What is being read since the last change, by the place before it. */
  #reading = new Map<string, Promise<Piece | undefined>>();

  constructor(private readonly deps: LiveDeps) {
    deps.updates.subscribe(() => {
      this.#end = undefined;
      // What began before the change may not have it.
      this.#reading = new Map();
    });
  }

  /** The place of a client that has no event yet. */
  start(): Promise<EventPlace> {
    return this.deps.tracker.events.start();
  }

  /** What follows a place; empty at the end. Undefined when that cannot be told any more. */
  async after(place: EventPlace): Promise<Piece | undefined> {
    const from = encodePlace(place);
    // It was read in one moment and is right for whoever is at this place, whatever came later.
    const known = this.#shared.get(from);
    if (known) return known;
    if (this.#end === from) return { events: [], whole: '', next: place };
    const reading = this.#reading.get(from) ?? this.#read(place, from);
    this.#reading.set(from, reading);
    return reading;
  }

  async #read(place: EventPlace, from: string): Promise<Piece | undefined> {
    const sinceChange = this.#reading;
    try {
      const page = await this.deps.tracker.events.after(place, MAX_PIECE);
      if (!page) return undefined;
      const events = page.events.map(encoded);
      const piece = { events, whole: events.map(({ text }) => text).join(''), next: page.next };
      if (encodePlace(page.next) !== from) this.#share(from, piece);
      else if (this.#reading === sinceChange) this.#end = from;
      return piece;
    } finally {
      sinceChange.delete(from);
    }
  }

  #share(from: string, piece: Piece): void {
    this.#shared.set(from, piece);
    const [oldest] = this.#shared.keys();
    if (oldest !== undefined && this.#shared.size > MAX_SHARED) this.#shared.delete(oldest);
  }
}

function encoded(event: JobEvent): EncodedEvent {
  const id = encodePlace(event.after);
  const encode = (name: string, data: unknown) =>
    encodeEvent({ event: name, data: JSON.stringify(data), id });
  switch (event.kind) {
    case 'upsert': {
      const { type, sessionId: session } = event.job;
      const text = encode('job.upsert', listedJob(event.job));
      return { of: { type, session }, text };
    }
    case 'deleted': {
      const { type, sessionId: session } = event;
      const text = encode('job.deleted', { id: event.id });
      return { of: type === undefined ? undefined : { type, session }, text };
    }
    case 'ready':
      return { of: undefined, text: encode('feed.ready', {}) };
  }
}

function isWanted({ of }: EncodedEvent, { type, session }: EventFilter): boolean {
  if (!of) return true;
  return (
    (type === undefined || type === of.type) && (session === undefined || session === of.session)
  );
}

/**
 * All jobs as JSON events: the active ones first, then every change, and after a reconnection what
 * came since. A slow client has a place in the sequence and nothing else; of a job that has changed
 * several times it gets the newest state.
 */
export async function jobEventsStream(
  deps: Pick<WebDeps, 'updates'>,
  live: LiveJobEvents,
  request: Request,
  filter: EventFilter,
): Promise<StreamSource> {
  const lastEventId = lastEventIdOf(request);
  const known = lastEventId === null ? undefined : decodePlace(lastEventId);
  const cursor = new Cursor(live, filter, known ?? (await live.start()));
  if (lastEventId !== null && !known) cursor.forget();
  return {
    next: () => cursor.next(),
    heartbeat: () => cursor.beat(),
    subscribe: (wake) => deps.updates.subscribe(wake),
  };
}

/** Where a client is. */
class Cursor {
  #place: EventPlace;
  /** The transaction of the last id that the client has got. */
  #toldSeq: number;
  #before = '';
  #isFirst = true;

  constructor(
    private readonly live: LiveJobEvents,
    private readonly filter: EventFilter,
    place: EventPlace,
  ) {
    this.#place = place;
    this.#toldSeq = place.seq;
  }

  /** The client has to forget what it knows: the active jobs follow as at the start. */
  forget(): void {
    this.#before = resetAt(this.#place);
  }

  /** The next piece; empty when there is none now. */
  async next(): Promise<string> {
    const text = await this.#next();
    if (!this.#isFirst) return text;
    this.#isFirst = false;
    return withReconnectTime(text || undefined);
  }

  async #next(): Promise<string> {
    let text = this.#before;
    this.#before = '';
    for (let passedOver = 0; passedOver < MAX_PASSED_OVER; passedOver++) {
      const piece = await this.live.after(this.#place);
      if (!piece) return text + (await this.#restart());
      text += this.#wanted(piece);
      const isEnd = encodePlace(piece.next) === encodePlace(this.#place);
      this.#place = piece.next;
      if (text !== '') return text;
      if (isEnd) return this.#isUntold ? this.beat() : '';
    }
    return this.beat();
  }

  /** An id is all that the client has of its place. */
  beat(): string {
    this.#toldSeq = this.#place.seq;
    return encodeEvent({ event: 'beat', data: '', id: encodePlace(this.#place) });
  }

  get #isUntold(): boolean {
    return this.#place.seq - this.#toldSeq > MAX_UNTOLD;
  }

  #wanted({ events, whole, next }: Piece): string {
    const { type, session } = this.filter;
    const text =
      type === undefined && session === undefined
        ? whole
        : events.flatMap((event) => (isWanted(event, this.filter) ? event.text : [])).join('');
    if (text !== '') this.#toldSeq = next.seq;
    return text;
  }

  async #restart(): Promise<string> {
    this.#place = await this.live.start();
    this.#toldSeq = this.#place.seq;
    return resetAt(this.#place);
  }
}

function resetAt(place: EventPlace): string {
  return encodeEvent({ event: 'feed.reset', data: '{}', id: encodePlace(place) });
}
