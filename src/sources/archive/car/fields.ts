import { CidLinkWrapper } from '@atcute/cbor';
import { z } from 'zod';

/** A field that is absent when its value has another form. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().catch(undefined);

/** A list without the elements that have another form. */
export const list = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema.nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));

const CID = /^[a-zA-Z0-9]{40,120}$/;

/** The CID of an attached file, as text. Records of 2022 and 2023 have it as `cid`, without a `$type`. */
export const blob = z
  .union([
    z.object({ ref: z.instanceof(CidLinkWrapper) }).transform(({ ref }) => ref.$link),
    z.object({ cid: z.string() }).transform(({ cid }) => cid),
  ])
  .refine((cid) => CID.test(cid));

export const text = z.string().min(1);
