import { bootstrap } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { InvalidInput, jobTracker, type Tracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { queueTable, sourceQueueLine } from '../text/queue_text.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { print, quietLog, write } from './output.ts';

export interface TypesOptions {
  json?: boolean;
}

export async function listTypes({ json }: TypesOptions): Promise<void> {
  await open();
  const types = await jobTracker.queues();
  if (json) for (const type of types) print(JSON.stringify(type));
  else write(queueTable(types));
}

export function pauseType(type: string, options: TypesOptions): Promise<void> {
  return change(type, options, (tracker) => tracker.pauseType(type));
}

export function resumeType(type: string, options: TypesOptions): Promise<void> {
  return change(type, options, (tracker) => tracker.resumeType(type));
}

/** Without a number each process's own limit counts again. */
export function setConcurrency(
  type: string,
  typed: string | undefined,
  options: TypesOptions,
): Promise<void> {
  const limit =
    typed === undefined ? undefined : /^\d{1,9}$/.test(typed) ? Number(typed) : Number.NaN;
  return change(type, options, (tracker) => tracker.setConcurrency(type, limit));
}

async function change(
  type: string,
  { json }: TypesOptions,
  act: (tracker: Tracker) => Promise<unknown>,
): Promise<void> {
  await open();
  const find = async () => (await jobTracker.queues()).filter((queue) => queue.type === type);
  if ((await find()).length === 0) {
    const known = (await jobTracker.queues()).map((queue) => queue.type);
    throw new CommandFailed(
      `There is no type "${type}". Use one of: ${known.join(', ')}.`,
      EXIT.notFound,
    );
  }
  try {
    await act(jobTracker);
  } catch (error) {
    if (error instanceof InvalidInput) throw new CommandFailed(error.message, EXIT.usage);
    throw error;
  }
  const found = await find();
  if (json) print(JSON.stringify(found[0]));
  else write(queueTable(found));
}

/** `xgpt sources pause` and `resume`. */
export async function changeSource(
  verb: 'pause' | 'resume',
  name: string,
  { json }: TypesOptions,
): Promise<void> {
  const { sources } = await open();
  const source = sources.get(name);
  if (!source) {
    throw new CommandFailed(
      `There is no source "${name}". Run xgpt sources to see the sources.`,
      EXIT.notFound,
    );
  }
  if (verb === 'pause') await jobTracker.pauseSource(name);
  else await jobTracker.resumeSource(name);
  const pausedAt = (await jobTracker.reader.pausedSources()).get(name);
  const state = { name, label: source.label, ...(pausedAt && { pausedAt }) };
  print(json ? JSON.stringify(state) : sourceQueueLine(state));
}

/** The tracker then knows all types. */
async function open() {
  quietLog();
  const config = loadConfig();
  requireDataFolder(config);
  return bootstrap(config, 'command', createLogger(config.logLevel));
}
