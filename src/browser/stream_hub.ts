import type { Supply } from './live_source.ts';
import type { StreamNews, TabMessage } from './stream_messages.ts';
import { StreamReplay } from './stream_replay.ts';

/** A tab that has not answered for this long, in ms, has crashed or is frozen. */
const GONE_AFTER_MS = 60_000;

export interface Tab {
  postMessage(news: StreamNews): void;
}

interface Standing {
  /** When it was told what it has not answered yet. */
  toldAt?: number | undefined;
  /** Something came meanwhile. */
  behind: boolean;
}

/**
 * Hands one stream to many tabs, and has it open only while there are any. A tab that has not
 * dealt with the last news gets what is true by then instead of everything in between, so one
 * that is slow or frozen costs no memory.
 */
export class StreamHub {
  #tabs = new Map<Tab, Standing>();
  #replay = new StreamReplay();
  #supply: Supply | undefined;
  #open = false;
  #openSupply: (tell: (news: StreamNews) => void) => Supply;
  #now: () => number;

  constructor(openSupply: (tell: (news: StreamNews) => void) => Supply, now = Date.now) {
    this.#openSupply = openSupply;
    this.#now = now;
  }

  hear(tab: Tab, message: TabMessage): void {
    if (message === 'ready') this.#ready(tab);
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
  #ready(tab: Tab): void {
    const standing = this.#tabs.get(tab) ?? { behind: true };
    this.#tabs.set(tab, { behind: standing.behind });
    this.#supply ??= this.#openSupply((news) => this.#take(news));
    if (standing.behind) this.#tell(tab, this.#replay.events());
  }

  #leave(tab: Tab): void {
    this.#tabs.delete(tab);
    if (this.#tabs.size > 0) return;
    this.#supply?.close();
    this.#supply = undefined;
    this.#take({ open: false, events: [] });
  }

  #take({ open, events }: StreamNews): void {
    this.#open = open;
    // A new connection begins with the whole; what the old one said may be long past.
    if (!open) this.#replay.clear();
    for (const event of events) this.#replay.add(event);
    for (const [tab, standing] of this.#tabs) {
      if (standing.toldAt === undefined) this.#tell(tab, events);
      else standing.behind = true;
    }
  }

  #tell(tab: Tab, events: StreamNews['events']): void {
    this.#tabs.set(tab, { toldAt: this.#now(), behind: false });
    tab.postMessage({ open: this.#open, events });
  }
}
