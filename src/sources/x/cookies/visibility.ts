import { z } from 'zod';
import { list, optional, text } from '../schema.ts';

const words = optional(z.object({ text }));

const wrapperSchema = z.object({
  tweetInterstitial: optional(z.object({ text: words })),
  mediaVisibilityResults: optional(
    z.object({ blurred_image_interstitial: optional(z.object({ title: words, text: words })) }),
  ),
  softInterventionPivot: optional(z.object({ text: words })),
  limitedActionResults: optional(
    z.object({
      limited_actions: list(
        z.object({ action: text, prompt: optional(z.object({ headline: words, subtext: words })) }),
      ),
    }),
  ),
});

/** A tweet as X wraps it, and what X says about it. */
export interface Unwrapped {
  /** Absent when X does not show it. */
  tweet?: unknown;
  /** Why X shows it to some readers only. */
  limited?: string;
  /** Why X does not show it. */
  hidden?: string;
}

/** Takes a tweet out of what X wraps around those with limited visibility. */
export function unwrap(result: unknown): Unwrapped {
  const wrapped = Object(result) as Record<string, unknown>;
  switch (wrapped.__typename) {
    case 'TweetWithVisibilityResults':
      return { tweet: wrapped.tweet, ...limitation(wrapped) };
    case 'TweetTombstone':
      return { hidden: textOf(wrapped.tombstone) ?? 'it is not available' };
    case 'TweetUnavailable':
      return { hidden: 'it is not available' };
    case 'TweetPreviewDisplay':
      return { hidden: 'it is for subscribers only' };
    default:
      return wrapped.legacy ? { tweet: wrapped } : { hidden: 'X has returned nothing of it' };
  }
}

/** A limit on who may reply is also written there, and limits no reader. */
function limitation(wrapper: unknown): { limited?: string } {
  const limits = wrapperSchema.safeParse(wrapper).data;
  const blurred = limits?.mediaVisibilityResults?.blurred_image_interstitial;
  const actions = limits?.limitedActionResults?.limited_actions ?? [];
  const others = actions.filter(({ action }) => action !== 'Reply');
  const said = [
    limits?.tweetInterstitial?.text,
    blurred?.title,
    blurred?.text,
    limits?.softInterventionPivot?.text,
    ...others.flatMap(({ prompt }) => [prompt?.headline, prompt?.subtext]),
  ].find((words) => words?.text)?.text;
  if (said) return { limited: oneLine(said) };
  if (actions.length > 0 && others.length === 0) return {};
  return { limited: 'limited visibility' };
}

function textOf(tombstone: unknown): string | undefined {
  const said = z.object({ text: words }).safeParse(tombstone).data?.text?.text;
  return said && oneLine(said);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200);
}
