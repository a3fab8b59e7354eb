import { z } from 'zod';
import { MAX_DELAY_MS, MAX_PRIORITY, MAX_TIMEOUT_MS, SESSION_PATTERN } from '../../jobs/index.ts';

const session = () =>
  z
    .string()
    .max(100)
    .meta({
      pattern: SESSION_PATTERN,
      description: 'Groups jobs so that they can be listed together.',
    })
    .optional();

/** What a start of any type may have beside its input; checked where the job is created. */
export const optionFields = () => ({
  sessionId: session(),
  priority: z
    .int()
    .min(-MAX_PRIORITY)
    .max(MAX_PRIORITY)
    .meta({ description: 'Of the waiting jobs of a type, the highest starts first. Default: 0.' })
    .optional(),
  runAt: z.iso
    .datetime()
    .meta({ description: 'It does not start before this time, at most 366 days ahead.' })
    .optional(),
  delayMs: z
    .int()
    .min(0)
    .max(MAX_DELAY_MS)
    .meta({ description: 'In place of runAt: how long it waits at least, in ms.' })
    .optional(),
  timeoutMs: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .meta({
      description:
        'How long one attempt may run, in ms; then the job fails with `failure: timeout`. Default: the limit of its type.',
    })
    .optional(),
});
