import { type Connections, createConnections, createSecretKey } from '../connections/index.ts';
import { createEmbedder } from '../embedding/index.ts';
import { type JobData, jobTracker, systemClock } from '../jobs/index.ts';
import { createLateLibrary } from '../library/late_library.ts';
import type { OperationDeps } from '../operations/deps.ts';
import type { Config } from '../platform/config.ts';
import { createHealth } from '../platform/create_health.ts';
import { DATABASE_UNREACHABLE } from '../platform/database_issue.ts';
import type { Health } from '../platform/health.ts';
import type { Logger } from '../platform/logger.ts';
import { once } from '../platform/once.ts';
import type { ProcessKind } from '../platform/process_registry.ts';
import { markDamaged } from '../platform/replica/file.ts';
import type { Replica } from '../platform/replica/replica.ts';
import { userName } from '../platform/user_name.ts';
import { removeStalePartials } from '../sources/archive/index.ts';
import { createSources } from '../sources/index.ts';
import { appData } from './app_data.ts';
import { DataFolderUnusable, makeDataFolder } from './data_folder.ts';
import { isEmbedding } from './is_embedding.ts';
import type { JobDeps } from './job_deps.ts';

/** What reading needs. */
export interface ReadingDeps extends OperationDeps {
  connections: Connections;
  health: Health;
  /** Present when PostgreSQL keeps the data. */
  replica?: Replica;
  /** Loads the rest, once; until then the tracker knows no job types, and must not start. */
  jobDeps(): Promise<JobDeps>;
}

export type ProcessDeps = ReadingDeps & JobDeps;

/** Opens the data folder and creates what a process needs. The tracker then knows all job types. */
export async function bootstrap(
  config: Config,
  kind: ProcessKind,
  logger: Logger,
): Promise<ProcessDeps> {
  const deps = await openForReading(config, kind, logger);
  return { ...deps, ...(await deps.jobDeps()) };
}

/** Opens the data folder for a server that answers its first request before jobs can start. */
export async function openForReading(
  config: Config,
  kind: ProcessKind,
  logger: Logger,
): Promise<ReadingDeps> {
  await prepareDataFolder(config);
  const { db, replica, postgres } = await appData(config, { logger });
  const secretKey = createSecretKey(config);
  const connections = createConnections({ db, secretKey });
  const { library, load } = createLateLibrary(db);
  const deps = {
    library,
    sources: createSources({ ...config, live: connections }),
    isLeftToOthers: (source: string) => isSealedForOthers(source, connections),
    isOutdated: () => replica !== undefined && health.issue?.code === DATABASE_UNREACHABLE,
    embedder: await createEmbedder({ ...config, logger }),
    isEmbedding: () => isEmbedding(jobTracker, health),
    importsDir: config.importsDir,
    hasOtherMachines: replica !== undefined,
  };
  const save = (data: JobData) => library.save(data);
  jobTracker.saveWith(replica ? (data, tx) => replica.writeIn(tx, () => save(data)) : save);
  jobTracker.actAs(kind === 'command' ? { via: 'terminal', user: userName() } : { via: 'server' });
  const { importsDir } = config;
  const health = createHealth({
    ...{ db: postgres ?? db, importsDir, kind, clock: systemClock, logger },
    onDamagedReplica: () => markDamaged(config.databasePath),
  });
  jobTracker.errors.watch = health;
  health.processes.served = () => jobTracker.reader.serving.served;
  // Servers and workers read them with their heartbeats.
  if (kind === 'command') await health.processes.refresh();
  const jobDeps = once(async () => {
    const { loadJobDeps } = await import('./job_deps.ts');
    // Its statements are among those that a server prepares, to see that the tables are those of this program.
    load();
    return loadJobDeps({ config, db, postgres, replica, secretKey, logger, deps });
  });
  return { ...deps, connections, health, jobDeps, ...(replica && { replica }) };
}

/** Whether this process cannot read a source's credentials, for it has another key, and another process has the source. */
function isSealedForOthers(source: string, { credentials }: Connections): boolean {
  return (
    credentials.stored(source)?.isReadable === false &&
    jobTracker.reader.serving.isElsewhere('source', source)
  );
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
