import { setTimeout as sleep } from 'node:timers/promises';
import { count, counted, money } from '../../../text/format.ts';
import type { BudgetState, Budgets, Reservation } from '../../connection.ts';
import { BudgetSpent } from '../../source.ts';

const SOURCE = 'x';

/** How long to wait for requests under way of other jobs, which reserve more than they will have cost. */
const PATIENCE_MS = 3_000;
const POLL_MS = 150;

const HOW_TO_SET =
  'on the Sources page, or with "xgpt sources budget x <posts>"; then Retry continues from here';
const HOW_TO_RAISE =
  'Raise or reset it on the Sources page, or with "xgpt sources budget x <posts>" or "xgpt sources budget x --reset"; then Retry continues from here.';

export interface PageLimits {
  /** Items that the caller still wants. */
  wanted: number;
  /** The smallest and the largest page that the endpoint accepts. */
  min: number;
  max: number;
  /** How many posts of the budget an item costs at most. */
  cost: number;
}

export interface Grant {
  /** Items to request. */
  size: number;
  reservation: Reservation;
}

export interface Purse {
  /** @throws BudgetSpent when the budget does not cover as many posts. */
  require(posts: number, signal: AbortSignal): Promise<void>;
  /**
   * Reserves a page.
   * @throws BudgetSpent when the budget does not cover the smallest page.
   */
  page(limits: PageLimits, signal: AbortSignal): Promise<Grant>;
  /**
   * Reserves single objects, as many as the budget covers.
   * @param cost of one of them, in posts.
   * @returns undefined when it covers none.
   */
  objects(wanted: number, cost: number): Promise<Grant | undefined>;
  /** What posts cost, in US dollars. */
  price(posts: number): number;
  /** What has been used, for people: `$0.60 of $1.25`. */
  used(): Promise<string>;
}

export interface PurseOptions {
  budgets: Budgets;
  /** In US dollars. */
  costPerPost: number;
  patienceMs?: number;
}

/** Pays for requests out of the budget that the user has set for X. */
export function createPurse({
  budgets,
  costPerPost,
  patienceMs = PATIENCE_MS,
}: PurseOptions): Purse {
  const price = (posts: number) => posts * costPerPost;
  const words = (posts: number) => money(price(posts), 'USD');

  async function left(least: number, signal: AbortSignal): Promise<number> {
    for (let waited = 0; ; waited += POLL_MS) {
      // Before the state: what was settled in between is in it.
      const mayGetBack = waited < patienceMs && (await budgets.isPending(SOURCE));
      const state = await budgets.read(SOURCE);
      if (state.cap === undefined) throw unset(costPerPost);
      const rest = state.cap - state.posts;
      if (rest >= least) return rest;
      if (!mayGetBack) throw spent(state, least, words);
      await pause(POLL_MS, signal);
    }
  }

  return {
    price,

    async require(posts, signal) {
      await left(posts, signal);
    },

    async page({ wanted, min, max, cost }, signal) {
      for (;;) {
        const affordable = Math.floor((await left(min * cost, signal)) / cost);
        const size = pageSize(Math.min(wanted, affordable), min, max);
        const reservation = await reserved(budgets, size * cost, min * cost);
        // Undefined: another job was faster, and the rest is looked at again.
        if (reservation) return { size: Math.floor(reservation.posts / cost), reservation };
      }
    },

    async objects(wanted, cost) {
      if (wanted === 0) return undefined;
      const reservation = await reserved(budgets, wanted * cost, cost);
      if (!reservation) return undefined;
      return { size: Math.floor(reservation.posts / cost), reservation };
    },

    async used() {
      const { cap, posts } = await budgets.read(SOURCE);
      return cap === undefined ? words(posts) : `${words(posts)} of ${words(cap)}`;
    },
  };
}

/**
 * The size of the next page, so that the pages add up to what is left: 205 is read as 100, 95 and 10,
 * because a rest of 5 would be less than the endpoint accepts.
 */
export function pageSize(left: number, min: number, max: number): number {
  if (left <= max) return Math.max(left, min);
  const rest = left - max;
  return rest < min ? left - min : max;
}

async function reserved(
  budgets: Budgets,
  wanted: number,
  least: number,
): Promise<Reservation | undefined> {
  try {
    return await budgets.reserve(SOURCE, wanted, least);
  } catch (error) {
    if (error instanceof BudgetSpent) return undefined;
    throw error;
  }
}

function unset(costPerPost: number): BudgetSpent {
  return new BudgetSpent(
    `X charges ${money(costPerPost, 'USD')} for each post, and no budget is set. Set one ${HOW_TO_SET}.`,
  );
}

function spent(
  { cap = 0, posts }: BudgetState,
  least: number,
  words: (posts: number) => string,
): BudgetSpent {
  if (cap === 0) return new BudgetSpent(`The budget for X is 0 posts. Raise it ${HOW_TO_SET}.`);
  const rest = Math.max(0, cap - posts);
  const tooFew =
    rest > 0
      ? ` ${rest === 1 ? 'One post is' : `${count(rest)} posts are`} left, and a request may cost ${count(least)}.`
      : '';
  return new BudgetSpent(
    `The budget for X is used up: ${count(posts)} of ${counted(cap, 'post')}, ${words(posts)} of ${words(cap)}.${tooFew} ${HOW_TO_RAISE}`,
  );
}

/** Rejects with the signal's reason; `sleep` would wrap it as the cause of its own error. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((failure) => {
    signal.throwIfAborted();
    throw failure;
  });
}
