import type { ShownBudgets } from './budgets.ts';
import type { ShownCredentials } from './credentials.ts';
import type { ShownRateLimits } from './rate_limits.ts';
import type { Tests } from './tests.ts';

/** What live sources need of the database (`LiveDeps`), and what the Sources page shows of it. */
export interface Connections {
  credentials: ShownCredentials;
  rateLimits: ShownRateLimits;
  budgets: ShownBudgets;
  tests: Tests;
}
