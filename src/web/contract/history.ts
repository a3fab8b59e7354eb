import { z } from 'zod';
import { once } from '../../platform/once.ts';

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());

/** Job statistics over time. */
export const historySchema = once(() => {
  const period = z.object({
    completed: count(),
    failed: count(),
    cancelled: count(),
    medianMs: z.number().optional(),
    p95Ms: z.number().optional(),
    approximate: z
      .boolean()
      .optional()
      .describe('Whether medianMs and p95Ms are rounded, by at most 9.1 %.'),
  });
  return z.object({
    by: z.enum(['hour', 'day']),
    since: time(),
    until: time(),
    types: z.array(
      period.extend({
        type: z.string(),
        periods: z.array(period.extend({ start: time() })),
        reasons: z.array(
          z.object({ reason: z.string().describe('Human-readable.'), count: count() }),
        ),
      }),
    ),
  });
});
