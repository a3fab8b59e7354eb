/** What a ticket carries. */
export interface Carried {
  /** How many processes have passed it on because they lacked something for the jobs that wait. */
  passed: number;
}

export interface NewTicket extends Carried {
  /** Of two tickets of a type with one id the second is dropped while the first one waits. */
  id: string;
}

/** A server with one queue of tickets for each type. */
export interface TicketServer {
  /** @throws when they could not be added, or not in time. */
  add(type: string, tickets: NewTicket[]): Promise<void>;
  /** Calls `handle` with one ticket of the type at a time. */
  work(type: string, handle: (carried: Carried) => Promise<void>): void;
  /** Ends all work once the tickets under way are done. */
  rest(): Promise<void>;
  /** Ends all connections at once. */
  close(): void;
}

/** Called once at most, when the server cannot be used any more. */
export type OnLost = (error: unknown) => void;
