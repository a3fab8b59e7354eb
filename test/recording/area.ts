import type { Case } from './case.ts';
import type { RecordedApp } from './world.ts';

/** Cases that are recorded in one file, against one app, in order. */
export interface Area {
  /** Name of the file in `answers/`. */
  name: string;
  setup(): Promise<RecordedApp>;
  /** Undoes what would prevent the app from stopping. */
  teardown?(web: RecordedApp): void;
  /** `given` runs before each request and returns the ids of what it created, by name. */
  cases: (Case & { given?(web: RecordedApp): Promise<Record<string, string> | undefined> })[];
  /** Requests change state; all jobs are removed after each. */
  changes?: boolean;
}

export type AreaCase = Area['cases'][number];
