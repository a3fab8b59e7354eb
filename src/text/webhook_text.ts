import { type Delivery, END_WORDS, type Webhook } from '../webhooks/webhook.ts';
import { count, counted, exact } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEAD = ['ID', 'EVENTS', 'TYPES', 'STATE', 'ADDRESS'];

/** Since when nothing is sent to it, or when the last request was sent. */
export function webhookMoment({ endedAt, pausedAt, deliveries }: Webhook): Date | undefined {
  return endedAt ?? pausedAt ?? deliveries[0]?.at;
}

/** Why nothing is sent to it, or how the last request ended. */
export function webhookState({ endedAt, endReason, pausedAt, deliveries }: Webhook): string {
  if (endedAt) return `ended: ${END_WORDS[endReason ?? 'gone']}`;
  if (pausedAt) return 'paused';
  const [last] = deliveries;
  return last ? deliveryState(last) : 'nothing has been sent yet';
}

/** "3 events wait"; empty when none does. */
export function waitingText({ waiting }: Pick<Webhook, 'waiting'>): string {
  return waiting === 0 ? '' : counted(waiting, 'event waits', 'events wait');
}

/** What is lost when it is removed: "Its 3 waiting events are cancelled, and its secret is deleted." */
export function lossText({ waiting }: Pick<Webhook, 'waiting'>): string {
  const events = counted(waiting, 'waiting event is', 'waiting events are');
  const lost =
    waiting === 0
      ? 'Its secret is deleted.'
      : `Its ${events} cancelled, and its secret is deleted.`;
  return `${lost} If the address is added again, it gets another secret.`;
}

export function deliveryState({ status, error }: Delivery): string {
  return error === undefined ? `arrived (${status ?? ''})` : `failed: ${error}`;
}

export function typesText({ types }: Pick<Webhook, 'types'>): string {
  return types.length === 0 ? 'all' : types.join(', ');
}

/** One line for each webhook. */
export function webhookTable(webhooks: readonly Webhook[], columns: number | false = false) {
  if (webhooks.length === 0) return 'No webhooks.\n';
  return `${table(HEAD, webhooks.map(rowOf), columns)}\n`;
}

/** The same for a terminal, where the end of an id is enough to name a webhook. */
export function shortWebhookTable(webhooks: readonly Webhook[], columns: number | false): string {
  return webhookTable(
    webhooks.map((webhook) => ({ ...webhook, id: webhook.id.slice(-8) })),
    columns,
  );
}

function rowOf(webhook: Webhook): string[] {
  const { id, events, url } = webhook;
  const at = webhookMoment(webhook);
  const state = [at && exact(at), printable(webhookState(webhook))].filter(Boolean).join(': ');
  const waiting = [state, waitingText(webhook)].filter(Boolean).join('; ');
  return [id, events.join(', '), typesText(webhook), waiting, printable(url)];
}

/** What is said once, when a webhook was made. */
export function secretText(secret: string): string {
  return `Its secret is ${secret}\nCopy it now: it is not shown again.\n`;
}

export function deliveriesText(n: number): string {
  return n === 1 ? 'The last request' : `The last ${count(n)} requests`;
}
