import { z } from 'zod';
import type { FindSort, FindWay } from '../../operations/find/request.ts';
import { once } from '../../platform/once.ts';
import { SAVED_FIND } from './examples.ts';

const time = once(() => z.date());

const savedFind = once(() =>
  z.object({
    id: z.int().positive(),
    name: z.string(),
    query: z
      .object({
        q: z.string(),
        author: z.string(),
        source: z.string(),
        since: z.string(),
        until: z.string(),
        by: z.string() as unknown as z.ZodType<FindWay>,
        sort: z.string() as unknown as z.ZodType<FindSort>,
        like: z.string(),
      })
      .partial()
      .catchall(z.unknown())
      .describe('The fields of the find as typed: parameters of GET /api/find.'),
    understood: z.string().describe('The query as it is understood, in words.'),
    newPosts: z
      .object({
        count: z.int().nonnegative(),
        isCapped: z.boolean().describe('There are at least `count`.'),
      })
      .optional()
      .describe(
        'Posts that match and were collected since it was last opened. Absent for a find by meaning alone.',
      ),
    after: z
      .int()
      .nonnegative()
      .optional()
      .describe(
        'Of a find that is opened: `after` of GET /api/find for the posts that were new until now.',
      ),
    problems: z
      .record(z.string(), z.string())
      .optional()
      .describe('Field → why the find is no longer valid.'),
    createdAt: time(),
    openedAt: time().describe('When it was last opened or saved.'),
  }),
);

export const SAVED_FIND_SCHEMAS = {
  SavedFinds: once(() =>
    z
      .object({ finds: z.array(savedFind()).describe('By name.') })
      .meta({ examples: [{ finds: [SAVED_FIND] }] }),
  ),
  SavedFindAnswer: once(() =>
    z.object({ find: savedFind() }).meta({ examples: [{ find: SAVED_FIND }] }),
  ),
};
