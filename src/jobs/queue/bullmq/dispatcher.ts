import { waitAtMost } from '../../../platform/wait_at_most.ts';
import type { Claim, DispatcherDeps, JobDispatcher, Outcome, Ticket } from '../dispatcher.ts';
import { openServer } from './open_server.ts';
import type { Carried, NewTicket, TicketServer } from './ticket_server.ts';

/** How many tickets of a process and type wait at most. More would say nothing new. */
const MAX_WAITING = 64;

/** How many processes pass a ticket on, at most. */
const MAX_PASSES = 16;

/** How long the one that passes a ticket on keeps its own, in ms. */
const HOLD_MS = 100;

/** Between two attempts to reach the server, in ms: the first pause, and the longest one. */
const RETRY_MS = { first: 500, longest: 5_000 };

/** How long a shutdown waits for the server, in ms. */
const CLOSE_MS = 1_000;

/** Hands out tickets by BullMQ, which keeps them on Redis or PostgreSQL. */
export class BullmqDispatcher implements JobDispatcher {
  #server: TicketServer | undefined;
  /** Connecting, or waiting to do so. */
  #opening: Promise<void> | undefined;
  #worker: { types: readonly string[]; claim: Claim } | undefined;
  /** What is to be sent, by what it says. */
  #offered = new Map<string, Offer>();
  #sending: Promise<void> | undefined;
  #sent = 0;
  #isClosed = false;
  #closing = Promise.withResolvers<void>();
  readonly #id = crypto.randomUUID().slice(0, 8);

  constructor(
    private readonly address: string,
    private readonly deps: DispatcherDeps,
  ) {}

  get handsOut(): boolean {
    return this.#server !== undefined && this.#worker !== undefined;
  }

  offer(tickets: readonly Ticket[]): void {
    for (const ticket of tickets) this.#offer({ ...ticket, passed: 0 });
  }

  work(types: readonly string[], claim: Claim): void {
    if (this.#worker) return;
    if (this.#isClosed) this.#closing = Promise.withResolvers<void>();
    this.#isClosed = false;
    this.#worker = { types, claim };
    if (this.#server) this.#workAt(this.#server);
    else this.#open();
  }

  async rest(): Promise<void> {
    this.#worker = undefined;
    await waitAtMost(CLOSE_MS, this.#server?.rest());
  }

  async close(): Promise<void> {
    await waitAtMost(CLOSE_MS, this.#lastSent());
    this.#isClosed = true;
    this.#closing.resolve();
    this.#server?.close();
    this.#server = undefined;
  }

  #offer(offer: Offer): void {
    if (this.#isClosed) return;
    const { type, at = '', passed } = offer;
    this.#offered.set(`${type} ${at} ${passed}`, offer);
    if (this.#server) this.#sendSoon();
    else this.#open();
  }

  #sendSoon(): void {
    this.#sending ??= this.deps
      .track(() => this.#send())
      .finally(() => {
        this.#sending = undefined;
        if (this.#offered.size > 0 && this.#server) this.#sendSoon();
      });
  }

  /** What is offered while tickets are being sent goes with the next ones. */
  async #send(): Promise<void> {
    for (let server = this.#server; server && this.#offered.size > 0; server = this.#server) {
      const offers = Map.groupBy(this.#offered.values(), ({ type }) => type);
      this.#offered.clear();
      try {
        await Promise.all([...offers].map(([type, some]) => this.#add(server, type, some)));
      } catch (error) {
        this.#lost(server, error);
      }
    }
  }

  #add(server: TicketServer, type: string, offers: Offer[]): Promise<void> {
    return server.add(
      type,
      offers.map((offer) => this.#ticketOf(offer)),
    );
  }

  #ticketOf({ at, passed }: Offer): NewTicket {
    const id = at === undefined ? `${this.#id} ${this.#sent++ % MAX_WAITING}` : `due ${at}`;
    return { id, passed };
  }

  async #lastSent(): Promise<void> {
    if (this.#offered.size > 0) await this.#opening;
    await this.#sending;
  }

  #open(): void {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
  }

  async #connect(): Promise<void> {
    for (
      let pause = RETRY_MS.first;
      !this.#isClosed;
      pause = Math.min(2 * pause, RETRY_MS.longest)
    ) {
      try {
        let opened: TicketServer | undefined;
        const group = await this.#group();
        opened = await openServer(this.address, group, (error) => this.#lost(opened, error));
        this.#opened(opened);
        return;
      } catch (error) {
        this.#offered.clear();
        this.#report(error);
        await waitAtMost(pause, this.#closing.promise);
      }
    }
  }

  /** Whether the database can be read is reported by others. */
  async #group(): Promise<string> {
    while (!this.#isClosed) {
      try {
        return await this.deps.group();
      } catch {
        await waitAtMost(RETRY_MS.first, this.#closing.promise);
      }
    }
    throw new Error('It was closed.');
  }

  #opened(server: TicketServer): void {
    if (this.#isClosed) {
      server.close();
      return;
    }
    this.#server = server;
    this.deps.errors.watch?.handsOut?.(undefined);
    if (this.#worker) this.#workAt(server);
    // What was committed before this moment is not handed out.
    this.deps.look();
    this.#sendSoon();
  }

  #workAt(server: TicketServer): void {
    const { types, claim } = this.#worker ?? { types: [] };
    for (const type of types) server.work(type, (carried) => this.#take(type, carried, claim));
  }

  async #take(type: string, { passed }: Carried, claim?: Claim): Promise<void> {
    const outcome = await this.#outcomeOf(type, claim);
    if (outcome === 'stopped') this.#offer({ type, passed });
    if (outcome !== 'left' || passed >= MAX_PASSES) return;
    this.#offer({ type, passed: passed + 1 });
    // Whoever has a ticket gets no other one of the type: it must go to another process.
    await waitAtMost(HOLD_MS, this.#closing.promise);
  }

  async #outcomeOf(type: string, claim: Claim | undefined): Promise<Outcome> {
    try {
      return (await claim?.(type)) ?? 'stopped';
    } catch {
      // The database cannot be read, which the next look reports.
      return 'left';
    }
  }

  #lost(server: TicketServer | undefined, error: unknown): void {
    if (!server || this.#server !== server) return;
    this.#server = undefined;
    server.close();
    this.#offered.clear();
    this.#report(error);
    this.deps.look();
    if (this.#worker) this.#open();
  }

  #report(error: unknown): void {
    if (this.#isClosed) return;
    this.deps.errors.watch?.handsOut?.(error);
  }
}

interface Offer extends Ticket, Carried {}
