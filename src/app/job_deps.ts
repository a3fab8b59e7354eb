import type { Database } from 'bun:sqlite';
import type { SecretKey } from '../connections/index.ts';
import { type JobDefinition, jobTracker } from '../jobs/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { definitionsOf, loadOperations, type Operations } from '../operations/index.ts';
import { claimStored } from '../operations/scrape/import_names.ts';
import { isOnce, repeatedDefaults } from '../operations/words.ts';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import type { Postgres } from '../platform/postgres/client.ts';
import type { Replica } from '../platform/replica/replica.ts';
import { createSchedules, type Schedules } from '../schedules/index.ts';
import { createWebhooks, type Webhooks } from '../webhooks/index.ts';

/** What starting and running jobs needs. */
export interface JobDeps {
  operations: Operations;
  webhooks: Webhooks;
  /** Starts nothing before its `start`. */
  schedules: Schedules;
}

interface Given {
  config: Config;
  db: Database;
  /** Present when `db` is one; `postgres` keeps the data then. */
  replica: Replica | undefined;
  postgres: Postgres | undefined;
  secretKey: SecretKey;
  logger: Logger;
  deps: OperationDeps;
}

/** The tracker then knows all job types. */
export async function loadJobDeps({
  config,
  db,
  replica,
  postgres,
  secretKey,
  logger,
  deps,
}: Given): Promise<JobDeps> {
  const operations = await loadOperations(deps);
  if (replica) await claimArchives(deps, logger);
  const definitions = definitionsOf(operations);
  jobTracker.define(
    ...(replica ? definitions.map((each) => upToDate(each, replica)) : definitions),
  );
  const allowPrivate = config.privateWebhooks;
  const webhooks = createWebhooks(jobTracker, { db, secretKey, allowPrivate });
  const schedules = createSchedules({
    database: postgres ?? db,
    tracker: jobTracker,
    logger,
    repeatedDefaults,
    isOnce,
  });
  return { operations, webhooks, schedules };
}

/** Before another machine gives one of its own the name of an archive that was copied into the imports folder. */
async function claimArchives(deps: OperationDeps, logger: Logger): Promise<void> {
  try {
    await claimStored(deps);
  } catch (error) {
    // Each is claimed again when a job is to read it.
    logger.warn('The names of the stored archives could not be claimed.', { error });
  }
}

/** What another machine has stored before a job was queued is seen by the job. */
function upToDate(definition: JobDefinition, replica: Replica): JobDefinition {
  return {
    ...definition,
    async run(input, context) {
      await replica.follow();
      return definition.run(input, context);
    },
  };
}
