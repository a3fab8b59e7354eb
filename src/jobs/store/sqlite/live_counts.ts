import type { Place } from '../transaction_changes.ts';

export interface Counts {
  types: Map<string, Record<Place, number>>;
  /** How many jobs of each client wait. */
  clients: Map<string, number>;
}

export type Delta = [
  type: string,
  client: string | null,
  waiting: number,
  running: number,
  tracked: number,
];

/** The index of each place in a delta. */
export const AT = { waiting: 2, running: 3, tracked: 4 } as const satisfies Record<Place, number>;

const PLACES = ['waiting', 'running', 'tracked'] as const satisfies Place[];

/** Applies what a transaction has changed, or takes it back. */
export function add(counts: Counts, delta: Delta, sign: 1 | -1): void {
  const [type, client, waiting] = delta;
  const ofType = countsOf(counts, type);
  for (const place of PLACES) ofType[place] += sign * delta[AT[place]];
  if (client !== null && waiting !== 0) addToClient(counts, client, sign * waiting);
}

export function countsOf({ types }: Counts, type: string): Record<Place, number> {
  let counts = types.get(type);
  if (!counts) {
    counts = { waiting: 0, running: 0, tracked: 0 };
    types.set(type, counts);
  }
  return counts;
}

export function addToClient({ clients }: Counts, client: string, by: number): void {
  const count = (clients.get(client) ?? 0) + by;
  if (count > 0) clients.set(client, count);
  else clients.delete(client);
}
