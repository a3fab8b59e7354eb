import { type AppData, appData } from '../app/app_data.ts';
import type { Config } from '../platform/config.ts';
import { OUTDATED_COPY } from '../text/outdated_text.ts';
import { printError } from './output.ts';

/**
 * What was collected, for commands that read it: while PostgreSQL cannot be reached, as this machine has
 * copied it before.
 */
export function openCollected(config: Config): Promise<AppData> {
  return appData(config, { whenOutdated: () => printError(`Note: ${OUTDATED_COPY}`) });
}
