import { z } from 'zod';

/**
 * The schemas of which one consists that is not an object itself but takes the fields of objects: an
 * object with a transformation, a default, or another object beside it. Empty for all others.
 */
export function partsOf(schema: z.ZodType): z.ZodType[] {
  return Object.values(namedParts(schema));
}

/** The same schema with each of these parts replaced. */
export function withParts(schema: z.ZodType, replace: (part: z.ZodType) => z.ZodType): z.ZodType {
  const parts = Object.entries(namedParts(schema)).map(([name, part]) => [name, replace(part)]);
  if (parts.length === 0) return schema;
  // Unlike a new schema, a clone keeps what is checked of the whole.
  return schema.clone({ ...schema.def, ...Object.fromEntries(parts) } as never);
}

function namedParts(schema: z.ZodType): Record<string, z.ZodType> {
  const {
    in: first,
    out: last,
    innerType,
    left,
    right,
  } = schema.def as Partial<Record<'in' | 'out' | 'innerType' | 'left' | 'right', z.ZodType>>;
  // What is read first is what was sent, unless it is a function, as of `z.preprocess`.
  if (first instanceof z.ZodTransform) return last ? { out: last } : {};
  if (first) return { in: first };
  if (innerType) return { innerType };
  return left && right ? { left, right } : {};
}
