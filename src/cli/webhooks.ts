import { bootstrap, type ProcessDeps } from '../app/bootstrap.ts';
import { InvalidInput, jobTracker } from '../jobs/index.ts';
import { loadConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logger.ts';
import { secretText, webhookTable } from '../text/webhook_text.ts';
import { PrivateAddress, type Webhook } from '../webhooks/index.ts';
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
    const { parseWebhook } = await import('../webhooks/input.ts');
    try {
      const given = parseWebhook({ url, ...options });
      await webhooks.check(given.url);
      return await webhooks.store.add(given);
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
  const job = await withWebhooks(({ webhooks }) =>
    webhooks.test(jobTracker, webhookWith(webhooks.store.get(id), id)),
  );
  print(job.id);
  const notice = readNoWorkerNotice();
  if (notice) printError(notice);
}

export async function removeWebhook(id: string): Promise<void> {
  await withWebhooks(async ({ webhooks }) => {
    webhookWith(webhooks.store.get(id), id);
    await webhooks.store.remove(id);
  });
  print(`${id} was removed.`);
}

function webhookWith(webhook: Webhook | undefined, id: string): Webhook {
  if (webhook) return webhook;
  throw new CommandFailed(
    `There is no webhook "${id}". Run xgpt webhooks to see them.`,
    EXIT.notFound,
  );
}

async function withWebhooks<Result>(run: (deps: ProcessDeps) => Promise<Result>): Promise<Result> {
  quietLog();
  const config = loadConfig();
  const deps = await bootstrap(config, 'command', createLogger(config.logLevel));
  try {
    await jobTracker.initialize();
    return await run(deps);
  } finally {
    await jobTracker.stop();
    await deps.embedder.close();
  }
}
