import { z } from 'zod';
import { once } from '../../platform/once.ts';
import { typedFields, typedWholeNumber } from '../../platform/typed_fields.ts';
import {
  CONNECTION_STATUSES,
  type SourceState,
  TEST_OUTCOMES,
} from '../../sources/source_state.ts';

/** The largest budget, in posts. */
const MAX_BUDGET = 100_000_000;

const time = once(() => z.date());
const ability = once(() => z.enum(['posts', 'search', 'discover']));

const paid = once(() =>
  z.object({ costPerPost: z.number().positive(), currency: z.string().describe('ISO 4217.') }),
);

const method = once(() =>
  z.object({
    name: z.string(),
    label: z.string(),
    help: z.string(),
    paid: paid().optional(),
    fields: z.array(
      z.object({
        name: z.string(),
        label: z.string(),
        help: z.string().optional(),
        secret: z.boolean(),
        default: z.string().optional(),
      }),
    ),
  }),
);

const budget = once(() =>
  paid().extend({
    cap: z.int().nonnegative().optional().describe('In posts; absent: nothing paid is requested.'),
    posts: z.int().nonnegative().describe('Returned or reserved since `since`.'),
    requests: z.int().nonnegative(),
    since: time().optional(),
    inUse: z.boolean().describe('Whether the paid method is connected.'),
  }),
);

const connection = once(() =>
  z.object({
    status: z.enum(CONNECTION_STATUSES),
    without: z.string().optional().describe('What works without credentials, for people.'),
    missing: z.array(ability()).describe('What does not work until it is connected.'),
    method: z.string().optional().describe('The method in use.'),
    connectedAt: time().optional(),
    test: z
      .object({ outcome: z.enum(TEST_OUTCOMES), message: z.string(), at: time() })
      .optional()
      .describe('The last test of these credentials.'),
    limits: z
      .array(z.object({ name: z.string(), until: time() }))
      .describe('Rate limits of the service that have not passed.'),
    budget: budget().optional(),
    methods: z.array(method()).describe('How it can be connected. Stored values are not returned.'),
  }),
);

const source = once(() =>
  z
    .object({
      name: z.string(),
      label: z.string().describe('For use in a sentence.'),
      abilities: z.array(ability()),
      cost: z.string().optional(),
      connection: connection().optional(),
    })
    .meta({ examples: [EXAMPLE] }),
);

const EXAMPLE: SourceState = {
  name: 'sample',
  label: 'the synthetic sample',
  abilities: ['posts', 'search', 'discover'],
};

export const SOURCE_SCHEMAS = {
  Sources: once(() =>
    z.object({ sources: z.array(source()) }).meta({ examples: [{ sources: [EXAMPLE] }] }),
  ),
  SourceAnswer: once(() =>
    z.object({ source: source() }).meta({ examples: [{ source: EXAMPLE }] }),
  ),
};

/** The fields of a method depend on the source, so they are checked when it is known. */
export const credentialsBody = () =>
  z
    .object({
      method: z
        .string()
        .optional()
        .describe('One of the source’s methods; may be absent when it has one.'),
    })
    .catchall(z.string());

export const budgetBody = () => {
  const rule = `Posts must be a whole number from 0 to ${MAX_BUDGET.toLocaleString('en')}.`;
  return typedFields({
    posts: typedWholeNumber(0, MAX_BUDGET, rule, {
      description: 'The cap: how many posts may be paid for.',
      examples: [250],
    }),
    reset: z
      .unknown()
      .meta({ enum: [true, '1'], description: 'Counts from zero again.' })
      .optional(),
  })
    .refine(({ posts, reset }) => posts !== undefined || isSet(reset), {
      path: ['posts'],
      message: rule,
    })
    .transform(({ posts, reset }) => ({ posts, reset: isSet(reset) }));
};

const isSet = (value: unknown) => value === true || value === '1' || value === 'true';
