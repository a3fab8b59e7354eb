import { CidLinkWrapper } from '@atcute/cbor';
import { z } from 'zod';

/** A list without the elements that have another form. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema.nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));

const CID = /^[a-zA-Z0-9]{40,120}$/;

/** The CID of an attached file, as text. Records of 2022 and 2023 have it as `cid`. */
export const blob = z
  .union([
    z.object({ ref: z.instanceof(CidLinkWrapper) }).transform(({ ref }) => ref.$link),
    z.object({ cid: z.string() }).transform(({ cid }) => cid),
  ])
  .refine((cid) => CID.test(cid));

/** Labels that an author has set. */
export const selfLabels = z
  .object({ values: z.array(z.unknown()) })
  .transform(({ values }) => values)
  .optional()
  .catch(undefined);
