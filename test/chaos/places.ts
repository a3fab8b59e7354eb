import { join } from 'node:path';
import { CACHED_MODEL } from '../support/model_cache.ts';
import { lastingPort } from '../support/port.ts';
import { ChaosProcess } from './process.ts';

/** A server and two workers on one data folder. */
export function processes(folder: string, more: Record<string, string>): ChaosProcess[] {
  const env = environment(folder, { ...more, PORT: lastingPort() });
  return (['serve', 'worker', 'worker'] as const).map((command) => new ChaosProcess(command, env));
}

/** Two servers and three workers, each on a machine of its own as far as the program can tell. */
export function machines(folder: string, more: Record<string, string>): ChaosProcess[] {
  const commands = ['serve', 'serve', 'worker', 'worker', 'worker'] as const;
  return commands.map((command, index) => {
    const env = environment(join(folder, `machine ${index}`), { ...more, PORT: lastingPort() });
    return new ChaosProcess(command, env, asHost(`machine-${index}`));
  });
}

/** Only the superuser may give a process another host name. */
function asHost(name: string): string[] {
  if (process.getuid?.() !== 0 || !Bun.which('unshare')) return [];
  return ['unshare', '--uts', 'sh', '-c', `hostname ${name} && exec "$@"`, 'sh'];
}

/** The database with everything that was collected. */
export function databaseIn(folder: string, isCluster: boolean): string {
  return isCluster
    ? join(folder, 'machine 0', 'data', 'replica.sqlite')
    : join(folder, 'data', 'xgpt.sqlite');
}

export function environment(dataDir: string, more: Record<string, string>): Record<string, string> {
  return {
    PORT: '0',
    XGPT_DATA_DIR: join(dataDir, 'data'),
    XGPT_MODEL_DIR: CACHED_MODEL,
    XGPT_SAMPLE_PAGE_MS: '15',
    XGPT_LOG_LEVEL: 'error',
    XGPT_PRIVATE_WEBHOOKS: 'on',
    ...more,
  };
}

/** Whether one of so many events is due at this kill: they are spread evenly. */
export function isDue(kill: number, kills: number, events: number): boolean {
  return Math.floor(((kill + 1) * events) / kills) > Math.floor((kill * events) / kills);
}
