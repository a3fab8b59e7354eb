import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { requireDataFolder } from '../app/data_folder.ts';
import { InvalidInput, jobTracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { counted } from '../text/format.ts';
import { secretText, shortWebhookTable, webhookTable } from '../text/webhook_text.ts';
import {
  NoSuchWebhook,
  PrivateAddress,
  type Webhook,
  WebhookExists,
  WebhookNotSent,
  type Webhooks,
} from '../webhooks/index.ts';
import { CommandFailed, EXIT } from './exit.ts';
import { findAmong } from './find_by_id.ts';
import { inputError } from './input_errors.ts';
import { readNoWorkerNotice } from './open_jobs.ts';
import { print, printError, quietLog, write } from './output.ts';

export interface WebhookOptions {
  json?: boolean;
}

export interface AddOptions extends WebhookOptions {
  events?: string;
  types?: string;
}

export async function listWebhooks({ json }: WebhookOptions): Promise<void> {
  const all = await withWebhooks(async ({ webhooks }) => webhooks.store.list());
  if (json) for (const webhook of all) print(JSON.stringify(webhook));
  else write(shortWebhookTable(all, process.stdout.isTTY && process.stdout.columns));
}

/** The secret is printed to standard output: for the pipe that stores it. */
export async function addWebhook(url: string, { json, ...options }: AddOptions): Promise<void> {
  const add = async ({ webhooks }: ProcessDeps) => {
    try {
      return await webhooks.add({ url, ...options });
    } catch (error) {
      if (error instanceof PrivateAddress) throw new CommandFailed(error.message, EXIT.usage);
      if (!(error instanceof InvalidInput)) throw error;
      throw inputError(error, (field) => (field === 'url' ? '<url>' : `--${field}`));
    }
  };
  const made = await withWebhooks(add, { creates: true });
  if (json) print(JSON.stringify(made));
  else write(webhookTable([made.webhook]) + secretText(made.secret));
}

export async function testWebhook(part: string): Promise<void> {
  const job = await withWebhooks(async ({ webhooks }) =>
    webhooks.test((await find(webhooks, part)).id),
  );
  print(job.id);
  const notice = readNoWorkerNotice();
  if (notice) printError(notice);
}

export async function pauseWebhook(part: string): Promise<void> {
  const { id } = await withWebhooks(async ({ webhooks }) =>
    webhooks.pause((await find(webhooks, part)).id),
  );
  print(`${id} is paused. Its events wait until it is resumed.`);
}

export async function resumeWebhook(part: string): Promise<void> {
  const { id } = await withWebhooks(async ({ webhooks }) =>
    webhooks.resume((await find(webhooks, part)).id),
  );
  print(`${id} was resumed.`);
}

export async function removeWebhook(part: string): Promise<void> {
  const { id, waiting } = await withWebhooks(async ({ webhooks }) =>
    webhooks.remove((await find(webhooks, part)).id),
  );
  const events =
    waiting > 0
      ? ` ${counted(waiting, 'waiting event was', 'waiting events were')} cancelled.`
      : '';
  print(`${id} was removed.${events}`);
}

async function find({ store }: Webhooks, part: string): Promise<Webhook> {
  return findAmong(part, await store.list(), { noun: 'webhook', list: 'xgpt webhooks' });
}

/** Opens the data folder; only what adds one creates it. */
async function withWebhooks<Result>(
  run: (deps: ProcessDeps) => Promise<Result>,
  { creates = false } = {},
): Promise<Result> {
  quietLog();
  const config = loadConfig();
  if (!creates) requireDataFolder(config);
  const deps = await bootstrap(config, 'command', createLogger(config.logLevel));
  try {
    await jobTracker.initialize();
    return await run(deps);
  } catch (error) {
    throw refused(error);
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
  }
}

function refused(error: unknown): unknown {
  if (error instanceof WebhookNotSent) return new CommandFailed(error.message, EXIT.failed);
  if (error instanceof WebhookExists) {
    return new CommandFailed(`Nothing was added. ${error.message}`, EXIT.failed);
  }
  if (!(error instanceof NoSuchWebhook)) return error;
  return new CommandFailed(`${error.message} Run xgpt webhooks to see them.`, EXIT.notFound);
}
