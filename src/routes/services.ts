import type { Config } from '../config.ts';
import type { Tracker } from '../jobs/index.ts';
import type { Services } from '../operations/services.ts';
import type { Vitals } from '../vitals.ts';
import type { Idempotent } from './idempotency.ts';
import type { LiveTaskbar } from './live_taskbar.tsx';

/** What the routes work with. */
export interface WebServices extends Services {
  tracker: Tracker;
  live: LiveTaskbar;
  vitals: Vitals;
  idempotent: Idempotent;
  config: Config;
  /** Aborts when the server stops: streams end then. */
  closing: AbortSignal;
}
