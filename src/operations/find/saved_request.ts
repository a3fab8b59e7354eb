import { z } from 'zod';
import { onlyTypedFields, typedFields } from '../../platform/typed_fields.ts';
import type { Sources } from '../../sources/index.ts';
import { quoted } from '../../text/isolated.ts';
import { refuseImpossible, type SavedFields, savedFields } from './request.ts';

export const MAX_FIND_NAME = 80;

const NAME_RULE = `Name must have at most ${MAX_FIND_NAME} characters, and no control characters.`;
const REPLACE_RULE = 'Replace must be true or false.';

/** A find to save: its name, and the fields of a find. */
export function saveFindSchema(sources: Sources) {
  return typedFields({
    name: findName(),
    ...savedFields(sources),
    replace: z
      .preprocess(
        (value) => (value === 'true' ? true : value === 'false' ? false : value),
        z.boolean(REPLACE_RULE).optional(),
      )
      .meta({ description: 'Replaces a saved find of this name.', default: false }),
  }).superRefine((typed, context) => {
    refuseImpossible(typed, context);
    const { q, author, source, since, until, like } = typed;
    if ([q, author, source, since, until, like].every((field) => field === undefined))
      context.addIssue({
        code: 'custom',
        path: ['q'],
        message: 'The query is missing. A saved find needs words or filters.',
      });
  });
}

export type TypedSaveFind = z.output<ReturnType<typeof saveFindSchema>>;

/** Another name for a saved find. */
export function renameFindSchema() {
  return typedFields({ name: findName() });
}

/** A name on one line: blanks in it are single spaces. */
export function findName() {
  return z
    .string('Name is missing.')
    .transform((name) => name.toWellFormed().normalize('NFC').replace(/\s+/g, ' '))
    .refine((name) => /[^\p{Cf}\s]/u.test(name), { error: 'Name is missing.', abort: true })
    .refine((name) => [...name].length <= MAX_FIND_NAME && !/\p{Cc}/u.test(name), NAME_RULE)
    .meta({ description: 'What it is called.', maxLength: MAX_FIND_NAME, examples: ['Night sky'] });
}

/** A find that was saved, perhaps by another version: a field that is not known would have narrowed it. */
export function savedRequestSchema(sources: Sources): z.ZodType<SavedFields> {
  const unknown = (name: string) => `This version of xgpt has no ${quoted(name)} in a find.`;
  return onlyTypedFields(savedFields(sources), unknown).superRefine(refuseImpossible);
}
