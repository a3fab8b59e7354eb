import { z } from 'zod';

/** A field that may be absent; one of another type counts as absent. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().catch(undefined);

/** A text that says something. */
export const text = optional(z.string().trim().min(1));

export const webAddress = z.string().regex(/^https?:\/\/\S+$/i);

export const count = optional(z.int().nonnegative());

/** A time of the years 1 to 9999. Authors' own clocks and tools write all kinds of dates. */
export const time = optional(
  z
    .string()
    .regex(/^(?!0000)\d{4}-/)
    .transform((value) => new Date(value))
    .refine((date) => !Number.isNaN(date.getTime())),
);
