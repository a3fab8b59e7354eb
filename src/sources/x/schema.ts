import { z } from 'zod';

/**
 * Pieces of the schemas of X's JSON. What is absent or of another type than expected counts as absent, so
 * that one odd field costs no post.
 */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().catch(undefined);

/** The items that can be read. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema.nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));

/** Ids exceed 2^53, so they are texts. */
export const id = z.string().regex(/^\d+$/);

export const count = optional(z.number().int().nonnegative());

/** `Wed Oct 10 20:19:24 +0000 2018` */
export const time = z
  .string()
  .transform((text) => new Date(text))
  .refine((date) => !Number.isNaN(date.getTime()));

export const text = optional(z.string().min(1));
