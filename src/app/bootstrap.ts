import { type Connections, createConnections, createSecretKey } from '../connections/index.ts';
import { createEmbedder } from '../embedding/index.ts';
import { jobTracker, systemClock } from '../jobs/index.ts';
import { createLibrary } from '../library/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { definitionsOf, loadOperations, type Operations } from '../operations/index.ts';
import { repeatedDefaults } from '../operations/words.ts';
import type { Config } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import { Health } from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import type { ProcessKind } from '../platform/process_registry.ts';
import { userName } from '../platform/user_name.ts';
import { createSchedules, type Schedules } from '../schedules/index.ts';
import { removeStalePartials } from '../sources/archive/index.ts';
import { createSources } from '../sources/index.ts';
import { createWebhooks, type Webhooks } from '../webhooks/index.ts';
import { DataFolderUnusable, makeDataFolder } from './data_folder.ts';

export interface ProcessDeps extends OperationDeps {
  operations: Operations;
  connections: Connections;
  webhooks: Webhooks;
  /** Starts nothing before its `start`. */
  schedules: Schedules;
  health: Health;
}

/** Opens the data folder and creates what a process needs. The tracker then knows all job types. */
export async function bootstrap(
  config: Config,
  kind: ProcessKind,
  logger: Logger,
): Promise<ProcessDeps> {
  await prepareDataFolder(config);
  const db = appDatabase();
  const secretKey = createSecretKey(config);
  const connections = createConnections({ db, secretKey });
  const deps = {
    library: createLibrary(db),
    sources: createSources({ ...config, live: connections }),
    embedder: createEmbedder({ ...config, logger }),
    importsDir: config.importsDir,
  };
  const operations = await loadOperations(deps);
  jobTracker.define(...definitionsOf(operations));
  const allowPrivate = config.privateWebhooks;
  const webhooks = createWebhooks(jobTracker, { db, secretKey, allowPrivate });
  jobTracker.saveWith(deps.library.save);
  jobTracker.actAs(kind === 'command' ? { via: 'terminal', user: userName() } : { via: 'server' });
  const { importsDir } = config;
  const health = new Health({ db, importsDir, kind, clock: systemClock, logger });
  jobTracker.watchDatabase(health);
  const schedules = createSchedules({
    database: db,
    tracker: jobTracker,
    logger,
    repeatedDefaults,
  });
  return { ...deps, operations, connections, webhooks, schedules, health };
}

/** When the remains of crashed uploads are old enough to be removed, in ms. */
const AGAIN_MS = 11 * 60_000;

async function prepareDataFolder(config: Config): Promise<void> {
  makeDataFolder(config);
  try {
    await removeStalePartials(config.importsDir);
    // What a process left behind just now is still young; it is looked at once more.
    setTimeout(() => void removeStalePartials(config.importsDir).catch(() => {}), AGAIN_MS).unref();
  } catch (cause) {
    throw new DataFolderUnusable(config.dataDir, cause);
  }
}
