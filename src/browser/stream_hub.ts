import type { LiveSource } from './live_source.ts';
import { SharedLogs } from './shared_logs.ts';
import type { LogPlace, StreamEvent, StreamNews, TabMessage } from './stream_messages.ts';
import { streamQuery } from './stream_query.ts';
import { StreamReplay } from './stream_replay.ts';

/** A tab that has not answered for this long, in ms, has crashed or is frozen. */
const GONE_AFTER_MS = 60_000;

/** Pages that are opened and left within this time move the connection once, in ms. */
const MOVE_MS = 50;

export interface Tab {
  postMessage(news: StreamNews): void;
}

interface Standing {
  /** When it was told what it has not answered yet. */
  toldAt?: number | undefined;
  /** Something came meanwhile. */
  behind: boolean;
  /** The log it shows, and how much of it. */
  log?: LogPlace | undefined;
}

/** @param query what goes behind the stream's address, by the time of each connection. */
type OpenSupply = (tell: (news: StreamNews) => void, query: () => string) => LiveSource;

/**
 * Hands one stream to many tabs, and has it open only while there are any. A tab that has not
 * dealt with the last news gets what is true by then instead of everything in between, so one
 * that is slow or frozen costs no memory. Of a log each tab gets every line of its own once.
 */
export class StreamHub {
  #tabs = new Map<Tab, Standing>();
  #replay = new StreamReplay();
  #logs = new SharedLogs();
  #supply: LiveSource | undefined;
  #open = false;
  #moving = false;
  #openSupply: OpenSupply;
  #now: () => number;
  #later: (run: () => void, ms: number) => unknown;

  constructor(
    openSupply: OpenSupply,
    now = Date.now,
    later: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms),
  ) {
    this.#openSupply = openSupply;
    this.#now = now;
    this.#later = later;
  }

  hear(tab: Tab, message: TabMessage): void {
    if (typeof message === 'object') this.#ready(tab, message.ready);
    else if (message === 'ready') this.#ready(tab);
    else if (message === 'bye') this.#leave(tab);
    else if (message === 'seen') this.#supply?.wake();
    else this.#supply?.reconnect();
  }

  /** To be called every now and then: gives each tab something to answer, and forgets the dead. */
  ping(): void {
    for (const [tab, { toldAt }] of this.#tabs) {
      if (toldAt === undefined) this.#tell(tab, []);
      else if (this.#now() - toldAt > GONE_AFTER_MS) this.#leave(tab);
    }
  }

  /** One that was given up joins again with this, when its turn comes to answer. */
  #ready(tab: Tab, log?: LogPlace): void {
    const { behind } = this.#tabs.get(tab) ?? { behind: true };
    this.#tabs.set(tab, { behind, log });
    if (this.#supply) this.#moveIfNeeded();
    else
      this.#supply = this.#openSupply(
        (news) => this.#take(news),
        () => this.#query(),
      );
    const events = [...(behind ? this.#replay.events() : []), ...this.#logs.after(log)];
    if (behind || events.length > 0) this.#tell(tab, events);
  }

  #leave(tab: Tab): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size > 0) {
      this.#moveIfNeeded();
      return;
    }
    this.#supply?.close();
    this.#supply = undefined;
    this.#take({ open: false, events: [] });
  }

  #query(): string {
    return streamQuery(this.#logs.ask(this.#places()), this.#replay.lastEventId);
  }

  #places() {
    return [...this.#tabs.values()].flatMap(({ log, toldAt }) =>
      log ? [{ ...log, isAnswered: toldAt === undefined }] : [],
    );
  }

  #moveIfNeeded(): void {
    if (this.#moving || !this.#logs.mustAsk(this.#places())) return;
    this.#moving = true;
    this.#later(() => {
      this.#moving = false;
      if (this.#logs.mustAsk(this.#places())) this.#supply?.move();
    }, MOVE_MS);
  }

  #take({ open, events }: StreamNews): void {
    this.#open = open;
    // A new connection begins with the whole; what the old one said may be long past.
    if (!open) this.#replay.clear();
    const ofAll = events.filter((event) => !this.#logs.take(event));
    for (const event of ofAll) this.#replay.add(event);
    const isForAll = ofAll.length > 0 || events.length === 0;
    for (const [tab, standing] of this.#tabs) {
      if (standing.toldAt === undefined) this.#tellNews(tab, standing, ofAll, isForAll);
      else standing.behind ||= isForAll;
    }
  }

  #tellNews(tab: Tab, { log }: Standing, ofAll: StreamEvent[], isForAll: boolean): void {
    const lines = this.#logs.after(log);
    if (isForAll || lines.length > 0) this.#tell(tab, [...ofAll, ...lines]);
  }

  #tell(tab: Tab, events: StreamEvent[]): void {
    this.#tabs.set(tab, { toldAt: this.#now(), behind: false, log: this.#tabs.get(tab)?.log });
    tab.postMessage({ open: this.#open, events });
  }
}
