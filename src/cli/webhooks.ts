import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { InvalidInput, jobTracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { counted } from '../text/format.ts';
import { secretText, webhookTable } from '../text/webhook_text.ts';
import { NoSuchWebhook, PrivateAddress, WebhookNotSent } from '../webhooks/index.ts';
import { CommandFailed, EXIT } from './exit.ts';
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
  else write(webhookTable(all, process.stdout.isTTY && process.stdout.columns));
}

/** The secret is printed to standard output: for the pipe that stores it. */
export async function addWebhook(url: string, { json, ...options }: AddOptions): Promise<void> {
  const made = await withWebhooks(async ({ webhooks }) => {
    try {
      return await webhooks.add({ url, ...options });
    } catch (error) {
      if (error instanceof PrivateAddress) throw new CommandFailed(error.message, EXIT.usage);
      if (!(error instanceof InvalidInput)) throw error;
      throw inputError(error, (field) => (field === 'url' ? '<url>' : `--${field}`));
    }
  });
  if (json) print(JSON.stringify(made));
  else write(webhookTable([made.webhook]) + secretText(made.secret));
}

export async function testWebhook(id: string): Promise<void> {
  const job = await withWebhooks(({ webhooks }) => webhooks.test(id));
  print(job.id);
  const notice = readNoWorkerNotice();
  if (notice) printError(notice);
}

export async function pauseWebhook(id: string): Promise<void> {
  await withWebhooks(({ webhooks }) => webhooks.pause(id));
  print(`${id} is paused. Its events wait until it is resumed.`);
}

export async function resumeWebhook(id: string): Promise<void> {
  await withWebhooks(({ webhooks }) => webhooks.resume(id));
  print(`${id} was resumed.`);
}

export async function removeWebhook(id: string): Promise<void> {
  const { waiting } = await withWebhooks(({ webhooks }) => webhooks.remove(id));
  const events =
    waiting > 0
      ? ` ${counted(waiting, 'waiting event was', 'waiting events were')} cancelled.`
      : '';
  print(`${id} was removed.${events}`);
}

async function withWebhooks<Result>(run: (deps: ProcessDeps) => Promise<Result>): Promise<Result> {
  quietLog();
  const config = loadConfig();
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
  if (!(error instanceof NoSuchWebhook)) return error;
  return new CommandFailed(`${error.message} Run xgpt webhooks to see them.`, EXIT.notFound);
}
