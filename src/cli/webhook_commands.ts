import { WEBHOOK_EVENTS } from '../webhooks/webhook.ts';
import type { DocumentedCommand } from './help.ts';
import type { AddOptions, WebhookOptions } from './webhooks.ts';

const ID = 'id of a webhook; its beginning or end is enough';

/** `xgpt webhooks …`: programs that are told when jobs end. */
export function addWebhookCommands(program: DocumentedCommand): void {
  const webhooks = program
    .command('webhooks')
    .description('tell other programs when jobs end')
    .examples(
      ['xgpt webhooks', 'the webhooks and their last deliveries'],
      ['xgpt webhooks add https://hooks.example/xgpt', 'prints the secret that signs, once'],
    );
  webhooks
    .command('list')
    .description('list the webhooks and their last deliveries (the default)')
    .option('--json', 'one JSON object per line')
    .action(async (options: WebhookOptions) => {
      const { listWebhooks } = await import('./webhooks.ts');
      await listWebhooks(options);
    });
  webhooks
    .command('add')
    .description('add a webhook and print its secret, which is not shown again')
    .argument('<url>', 'where events are posted to')
    .option(
      '--events <names>',
      `which ends of jobs: ${WEBHOOK_EVENTS.join(', ')} (default: completed,failed)`,
    )
    .option('--types <names>', 'only jobs of these types (default: all)')
    .option('--json', 'one JSON object')
    .action(async (url: string, options: AddOptions) => {
      const { addWebhook } = await import('./webhooks.ts');
      await addWebhook(url, options);
    });
  addChanges(webhooks);
}

/** What can be done with one of them. */
function addChanges(webhooks: DocumentedCommand): void {
  webhooks
    .command('test')
    .description('send an event webhook.test; a running server or worker delivers it')
    .argument('<id>', ID)
    .action(async (id: string) => {
      const { testWebhook } = await import('./webhooks.ts');
      await testWebhook(id);
    });
  webhooks
    .command('pause')
    .description('keep the events of a webhook until it is resumed')
    .argument('<id>', ID)
    .action(async (id: string) => {
      const { pauseWebhook } = await import('./webhooks.ts');
      await pauseWebhook(id);
    });
  webhooks
    .command('resume')
    .description('send the events of a paused webhook')
    .argument('<id>', ID)
    .action(async (id: string) => {
      const { resumeWebhook } = await import('./webhooks.ts');
      await resumeWebhook(id);
    });
  webhooks
    .command('rm')
    .description('remove a webhook; its waiting events are cancelled')
    .argument('<id>', ID)
    .action(async (id: string) => {
      const { removeWebhook } = await import('./webhooks.ts');
      await removeWebhook(id);
    });
}
