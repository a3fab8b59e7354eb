import type { LiveSource } from './live_source.ts';
import { SharedLogs } from './shared_logs.ts';
import {
  type LogPlace,
  type StreamEvent,
  type StreamUpdate,
  streamQuery,
  type TabMessage,
} from './stream_messages.ts';
import { StreamReplay } from './stream_replay.ts';

/** A tab that has not been ready for this long has crashed or is frozen, in ms. */
const GONE_AFTER_MS = 60_000;

/** Changes of the followed logs within this time cause one reconnect, in ms. */
const MOVE_DELAY_MS = 50;

export interface Tab {
  postMessage(update: StreamUpdate): void;
}

interface TabState {
  /** When the update was sent that it has not handled yet. */
  sentAt?: number | undefined;
  /** More came meanwhile. */
  isBehind: boolean;
  /** The log that it shows, and how much of it it has. */
  log?: LogPlace | undefined;
}

/** @param query called for each connection: the query of the stream's address. */
type OpenSource = (onUpdate: (update: StreamUpdate) => void, query: () => string) => LiveSource;

/**
 * Shares one stream between many tabs, and keeps it open only while there are any. A tab that has
 * not handled the last update later gets the current state instead of everything in between, so a
 * slow or frozen tab costs no memory. Of a log each tab gets every line once.
 */
export class StreamHub {
  #tabs = new Map<Tab, TabState>();
  #replay = new StreamReplay();
  #logs = new SharedLogs();
  #source: LiveSource | undefined;
  #open: StreamUpdate['open'] = false;
  #moving = false;
  #openSource: OpenSource;
  #now: () => number;
  #later: (run: () => void, ms: number) => unknown;

  constructor(
    openSource: OpenSource,
    now = Date.now,
    later: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms),
  ) {
    this.#openSource = openSource;
    this.#now = now;
    this.#later = later;
  }

  receive(tab: Tab, message: TabMessage): void {
    if (typeof message === 'object') this.#ready(tab, message.ready);
    else if (message === 'ready') this.#ready(tab);
    else if (message === 'bye') this.#leave(tab);
    else if (message === 'seen') this.#source?.wake();
    else this.#source?.reconnect();
  }

  /** To be called at intervals: sends each tab something to answer, and removes tabs that do not. */
  ping(): void {
    for (const [tab, { sentAt }] of this.#tabs) {
      if (sentAt === undefined) this.#send(tab, []);
      else if (this.#now() - sentAt > GONE_AFTER_MS) this.#leave(tab);
    }
  }

  /** Also lets a tab join again that was removed. */
  #ready(tab: Tab, log?: LogPlace): void {
    const { isBehind } = this.#tabs.get(tab) ?? this.#welcome();
    this.#tabs.set(tab, { isBehind, log });
    if (this.#source) this.#moveIfNeeded();
    else
      this.#source = this.#openSource(
        (update) => this.#take(update),
        () => this.#query(),
      );
    const events = [...(isBehind ? this.#replay.events() : []), ...this.#logs.after(log)];
    if (isBehind || events.length > 0) this.#send(tab, events);
  }

  /** Whoever opens a page after a refusal may have signed in again. */
  #welcome(): Pick<TabState, 'isBehind'> {
    if (this.#open === null) this.#source?.wake();
    this.#open ??= false;
    return { isBehind: true };
  }

  #leave(tab: Tab): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size > 0) {
      this.#moveIfNeeded();
      return;
    }
    this.#source?.close();
    this.#source = undefined;
    this.#take({ open: false, events: [] });
  }

  #query(): string {
    return streamQuery(this.#logs.request(this.#places()), this.#replay.lastEventId);
  }

  #places() {
    return [...this.#tabs.values()].flatMap(({ log, sentAt }) =>
      log ? [{ ...log, isReady: sentAt === undefined }] : [],
    );
  }

  #moveIfNeeded(): void {
    if (this.#moving || !this.#logs.needReconnect(this.#places())) return;
    this.#moving = true;
    this.#later(() => {
      this.#moving = false;
      if (this.#logs.needReconnect(this.#places())) this.#source?.move();
    }, MOVE_DELAY_MS);
  }

  #take({ open, events }: StreamUpdate): void {
    this.#open = open;
    // A new connection begins with the whole state; the old one's may be out of date.
    if (!open) this.#replay.clear();
    const shared = events.filter((event) => !this.#logs.take(event));
    for (const event of shared) this.#replay.add(event);
    const isForAll = shared.length > 0 || events.length === 0;
    for (const [tab, state] of this.#tabs) {
      if (state.sentAt === undefined) this.#sendNew(tab, state, shared, isForAll);
      else state.isBehind ||= isForAll;
    }
  }

  #sendNew(tab: Tab, { log }: TabState, shared: StreamEvent[], isForAll: boolean): void {
    const lines = this.#logs.after(log);
    if (isForAll || lines.length > 0) this.#send(tab, [...shared, ...lines]);
  }

  #send(tab: Tab, events: StreamEvent[]): void {
    this.#tabs.set(tab, { sentAt: this.#now(), isBehind: false, log: this.#tabs.get(tab)?.log });
    tab.postMessage({ open: this.#open, events });
  }
}
