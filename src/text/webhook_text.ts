import type { Delivery, Webhook } from '../webhooks/webhook.ts';
import { count, exact } from './format.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

const HEAD = ['ID', 'EVENTS', 'TYPES', 'LAST DELIVERY', 'ADDRESS'];

/** When and how the last request ended, or that there is none any more. */
export function webhookState({ endedAt, deliveries }: Webhook): string {
  if (endedAt) return `Ended ${exact(endedAt)}: its receiver is gone`;
  const [last] = deliveries;
  return last ? `${exact(last.at)}: ${deliveryState(last)}` : 'Nothing was sent yet';
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

function rowOf(webhook: Webhook): string[] {
  const { id, events, url } = webhook;
  const state = printable(webhookState(webhook));
  return [id, events.join(', '), typesText(webhook), state, printable(url)];
}

/** What is said once, when a webhook was made. */
export function secretText(secret: string): string {
  return `Its secret is ${secret}\nCopy it now: it is not shown again.\n`;
}

export function deliveriesText(n: number): string {
  return n === 1 ? 'The last request' : `The last ${count(n)} requests`;
}
