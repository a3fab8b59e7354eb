import type { Tracker } from '../jobs/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import type { OperationForms, Operations } from '../operations/index.ts';
import type { Config } from '../platform/config.ts';
import type { Vitals } from '../platform/vitals.ts';
import type { Idempotent } from './http/idempotency.ts';
import type { LiveTaskbar } from './live/taskbar.tsx';

/** What the routes work with. */
export interface WebDeps extends OperationDeps {
  tracker: Tracker;
  /** The job types that have a folder. */
  operations: Operations;
  forms: OperationForms;
  live: LiveTaskbar;
  vitals: Vitals;
  idempotent: Idempotent;
  config: Config;
  /** Aborts when the server stops: streams end then. */
  closing: AbortSignal;
}
