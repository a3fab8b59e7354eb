import { createLocalEmbedder } from '../embedding/index.ts';
import { jobTracker, systemClock } from '../jobs/index.ts';
import { createLibrary } from '../library/index.ts';
import type { OperationDeps } from '../operations/deps.ts';
import { definitionsOf, loadOperations, type Operations } from '../operations/index.ts';
import type { Config } from '../platform/config.ts';
import { appDatabase } from '../platform/database.ts';
import type { Logger } from '../platform/logger.ts';
import { type ProcessKind, Vitals } from '../platform/vitals.ts';
import { removeStalePartials } from '../sources/archive/index.ts';
import { createSources } from '../sources/index.ts';
import { DataFolderUnusable, makeDataFolder } from './data_folder.ts';

export interface ProcessDeps extends OperationDeps {
  operations: Operations;
  vitals: Vitals;
}

/** Everything a process works with, over the data folder; the tracker knows its job types then. */
export async function bootstrap(
  config: Config,
  kind: ProcessKind,
  logger: Logger,
): Promise<ProcessDeps> {
  await prepareDataFolder(config);
  const db = appDatabase();
  const services = {
    library: createLibrary(db),
    sources: createSources(config),
    embedder: createLocalEmbedder({ ...config, logger }),
    importsDir: config.importsDir,
  };
  const operations = await loadOperations(services);
  jobTracker.define(...definitionsOf(operations));
  jobTracker.saveWith(services.library.save);
  const vitals = new Vitals({ db, path: config.databasePath, kind, clock: systemClock, logger });
  jobTracker.watchDatabase(vitals);
  return { ...services, operations, vitals };
}

async function prepareDataFolder(config: Config): Promise<void> {
  makeDataFolder(config);
  try {
    await removeStalePartials(config.importsDir);
  } catch (cause) {
    throw new DataFolderUnusable(config.dataDir, cause);
  }
}
