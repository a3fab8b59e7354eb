import type { BudgetState } from './connection.ts';
import type { Source } from './source.ts';

/** What a source may be asked for: an author's posts, posts on a topic, people. */
export type Ability = 'posts' | 'search' | 'discover';

/** A source as the Sources page, `xgpt sources` and the API show it. No secret is in it. */
export interface SourceState {
  name: string;
  /** For use in a sentence: "the synthetic sample". */
  label: string;
  abilities: Ability[];
  /** What it costs, for people; absent when it is free. */
  cost?: string;
  /** Absent when the source takes no credentials. */
  connection?: ConnectionState;
}

/**
 * `untested`: credentials are stored, and it is unknown whether they work. `unreadable`: they were
 * sealed with a key that is not there.
 */
export const CONNECTION_STATUSES = [
  'unconnected',
  'untested',
  'connected',
  'refused',
  'unreadable',
] as const;

export type ConnectionStatus = (typeof CONNECTION_STATUSES)[number];

export interface ConnectionState {
  status: ConnectionStatus;
  /** What works without credentials, for people. */
  without?: string;
  /** What does not work until the source is connected. */
  missing: Ability[];
  /** The method in use, and since when. */
  method?: string;
  connectedAt?: Date;
  test?: ConnectionTest;
  /** Rate limits that the service has set and that have not passed, soonest first. */
  limits: { name: string; until: Date }[];
  /** Present when a method of the source is paid. */
  budget?: PaidBudget;
  methods: MethodState[];
}

/** `refused`: the credentials do not work. `failed`: that could not be found out. */
export const TEST_OUTCOMES = ['passed', 'refused', 'failed'] as const;

export interface ConnectionTest {
  outcome: (typeof TEST_OUTCOMES)[number];
  /** "Connected as @ada.example", or what is wrong. */
  message: string;
  at: Date;
}

export interface PaidBudget extends BudgetState {
  costPerPost: number;
  /** ISO 4217: "USD". */
  currency: string;
  /** Whether the method in use is the paid one. */
  inUse: boolean;
}

export interface MethodState {
  name: string;
  label: string;
  help: string;
  paid?: { costPerPost: number; currency: string };
  fields: { name: string; label: string; help?: string; secret: boolean; default?: string }[];
}

export function abilitiesOf(source: Source): Ability[] {
  const optional = (['search', 'discover'] as const).filter((ability) => source[ability]);
  return ['posts', ...optional];
}

/** What does not work while the source has no credentials. */
export function missingUnconnected(source: Source): Ability[] {
  if (!source.connection) return [];
  const { needed, without } = source.connection;
  const all = abilitiesOf(source);
  // Whatever a service shows to everybody, it is not a search of all posts.
  return all.filter((ability) => (needed ?? (without ? ['search'] : all)).includes(ability));
}
