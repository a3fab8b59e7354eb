import { bootstrap } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { jobTracker, workforceOf } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { workforceText } from '../text/queue_text.ts';
import { print, quietLog, write } from './output.ts';

/** Prints the processes, types and sources as tables, or as one JSON object. */
export async function showWorkers({ json }: { json?: boolean }): Promise<void> {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  // The tracker then knows all types.
  const { health, sources } = await bootstrap(config, 'command', createLogger(config.logLevel));
  const processes = health.processes.list();
  const known = { tracker: jobTracker, processes, sources: sources.values() };
  const workforce = await workforceOf(known);
  if (json) print(JSON.stringify(workforce));
  else write(workforceText(workforce, new Date()));
}
