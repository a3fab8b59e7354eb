import { z } from 'zod';
import { once } from '../../platform/once.ts';
import { ARCHIVE } from './examples.ts';

const time = once(() => z.date());
const count = once(() => z.int().nonnegative());

const storedImport = () =>
  z.object({
    name: z.string(),
    bytes: count()
      .optional()
      .describe('Absent for a folder, and when the file was removed or is on another machine.'),
    kind: z.enum(['x', 'bluesky']).optional().describe('An archive of X, or an export of Bluesky.'),
    owner: z
      .string()
      .optional()
      .describe('Its username; the id of a Bluesky account whose handle is not known.'),
    madeAt: time().optional().describe('When the archive was made.'),
    addedAt: time(),
    posts: count().describe('How many of its posts are in the library.'),
    problem: z.string().optional().describe('Why it could not be read the last time.'),
    removed: z.literal(true).optional().describe('The file was removed; its posts were kept.'),
    elsewhere: z
      .literal(true)
      .optional()
      .describe('The file is in the imports folder of another machine.'),
  });

export const IMPORT_SCHEMAS = {
  Imports: once(() =>
    z
      .object({
        imports: z.array(storedImport()),
      })
      .meta({ examples: [{ imports: [ARCHIVE] }] }),
  ),
  ImportUndone: once(() =>
    z
      .object({
        undone: z.object({
          name: z.string(),
          removed: count().describe('Posts that only this import had brought.'),
          stayed: count().describe('Posts that something else has brought too.'),
        }),
        imports: z.array(storedImport()),
      })
      .meta({
        examples: [
          { undone: { name: ARCHIVE.name, removed: 3_120, stayed: 42 }, imports: [ARCHIVE] },
        ],
      }),
  ),
};
