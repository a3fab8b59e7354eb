import { z } from 'zod';
import { InvalidInput, JOB_TYPE_PATTERN } from '../jobs/index.ts';
import { detailsOf } from '../platform/typed_fields.ts';
import { cut, MAX_NAME } from '../text/cut.ts';
import { escaped } from '../text/printable.ts';
import { WEBHOOK_EVENTS, type WebhookEvent } from './webhook.ts';

const MAX_URL = 2_000;
const MAX_TYPES = 50;

export interface NewWebhook {
  url: string;
  events: WebhookEvent[];
  types: string[];
}

/** What is told of by default: the ends that a person would want to know. */
const DEFAULT_EVENTS: WebhookEvent[] = ['completed', 'failed'];

/** A webhook as people and programs send it: lists may be texts with commas. */
export function webhookSchema() {
  const events = `Events must be among: ${WEBHOOK_EVENTS.join(', ')}.`;
  const types = 'Types must be names of job types, separated by commas.';
  return z.object({
    url: z
      .string({ error: 'Address is missing. Type one, for example https://hooks.example/xgpt.' })
      .trim()
      .max(MAX_URL, `Address may have at most ${MAX_URL.toLocaleString('en')} characters.`)
      .refine(isUsable, 'Address must be a full http or https URL without a name and password.')
      .describe('Where events are posted to.'),
    events: z
      .preprocess(
        asList,
        z.array(z.enum(WEBHOOK_EVENTS, events), events).min(1, events).default(DEFAULT_EVENTS),
      )
      .describe('Which ends of jobs: failed has exhausted too.'),
    types: z
      .preprocess(
        asList,
        z
          .array(z.string(types).regex(new RegExp(JOB_TYPE_PATTERN), types), types)
          .max(MAX_TYPES)
          .default([]),
      )
      .describe('Of which types of jobs. Default: all.'),
  });
}

/**
 * @param known the types of jobs that there are.
 * @throws InvalidInput that names the invalid fields.
 */
export function parseWebhook(given: unknown, known: readonly string[]): NewWebhook {
  const { success, data, error } = webhookSchema().safeParse(given);
  const typed = webhookSchema().shape.types.safeParse((given as { types?: unknown })?.types);
  const unknown = (typed.data ?? []).filter((type) => !known.includes(type));
  const wrong = unknown.length > 0 ? { types: unknownTypes(unknown, known) } : undefined;
  if (!success) throw new InvalidInput({ ...detailsOf(error), ...wrong });
  if (wrong) throw new InvalidInput(wrong);
  return { ...data, events: [...new Set(data.events)], types: [...new Set(data.types)] };
}

function unknownTypes(unknown: string[], known: readonly string[]): string {
  const names = unknown.map((name) => `"${escaped(cut(name, MAX_NAME))}"`).join(', ');
  return `Types must be among: ${known.join(', ')}. Unknown: ${names}.`;
}

function isUsable(text: string): boolean {
  const url = URL.parse(text);
  return /^https?:$/.test(url?.protocol ?? '') && !url?.username && !url?.password;
}

/** An empty text counts as absent. */
function asList(value: unknown): unknown {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  const list = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(list)) return list ?? undefined;
  return list.map((one) => (typeof one === 'string' ? one.trim() : one)).filter(isGiven);
}

function isGiven(value: unknown): boolean {
  return value !== '';
}
