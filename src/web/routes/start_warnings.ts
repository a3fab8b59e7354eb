import { z } from 'zod';
import { type JobType, OPTION_NAMES, type Tracker } from '../../jobs/index.ts';
import { SCHEDULE_OPTIONS, SCHEDULE_TIMES } from '../../schedules/index.ts';
import { cut, MAX_NAME } from '../../text/cut.ts';
import { printable } from '../../text/printable.ts';

/** Maximum number of unknown fields of one start that are named. */
const MAX_NAMED = 20;

const CHANGE_FIELDS: ReadonlySet<string> = new Set([
  'input',
  ...SCHEDULE_TIMES,
  ...SCHEDULE_OPTIONS,
]);

const SCHEDULE_FIELDS: ReadonlySet<string> = CHANGE_FIELDS.union(new Set(['type']));

/** The fields of `POST /api/jobs`, beside those of the input. */
const START_FIELDS: ReadonlySet<string> = new Set(['type', 'input', ...OPTION_NAMES]);

const COMMON_FIELDS: ReadonlySet<string> = new Set(OPTION_NAMES);

const SESSION_FIELD: ReadonlySet<string> = new Set(['sessionId']);

const NO_FIELD: ReadonlySet<string> = new Set();

/** Names of fields by schema: computing them takes as long as several starts. */
const namesOf = new WeakMap<z.ZodType, ReadonlySet<string> | 'any'>();

/** What was sent with a start and has no effect, one sentence for each field. */
export function inputWarnings(
  tracker: Pick<Tracker, 'inputOf'>,
  type: JobType,
  input: object,
): string[] {
  return unknownIn(tracker, type, input, COMMON_FIELDS);
}

/** The same for an entry of `POST /api/jobs`. */
export function entryWarnings(
  tracker: Pick<Tracker, 'inputOf'>,
  type: JobType,
  entry: unknown,
): string[] {
  const { input } = Object(entry) as { input?: object };
  return [
    ...warnings(Object(entry), START_FIELDS),
    ...unknownIn(tracker, type, input ?? {}, SESSION_FIELD),
  ];
}

/** Whether the input of a type has a field of that name. */
export function isOwnField(
  tracker: Pick<Tracker, 'inputOf'>,
  type: JobType,
  name: string,
): boolean {
  const known = knownIn(tracker, type);
  return known !== 'any' && known.has(name);
}

function unknownIn(
  tracker: Pick<Tracker, 'inputOf'>,
  type: JobType,
  input: object,
  beside: ReadonlySet<string>,
): string[] {
  const known = knownIn(tracker, type);
  return known === 'any' ? [] : warnings(input, known.union(beside));
}

function knownIn(tracker: Pick<Tracker, 'inputOf'>, type: JobType): ReadonlySet<string> | 'any' {
  const schema = tracker.inputOf(type);
  const known = namesOf.get(schema) ?? fieldNames(schema);
  namesOf.set(schema, known);
  return known;
}

/**
 * The same for a schedule.
 * @param body when the input does not stand beside the other fields.
 */
export function scheduleWarnings(
  tracker: Pick<Tracker, 'inputOf'>,
  type: JobType,
  input: object,
  body?: object,
): string[] {
  const beside = body === undefined ? [] : warnings(body, SCHEDULE_FIELDS);
  return [...beside, ...unknownIn(tracker, type, input, NO_FIELD)];
}

/** The same for changes of a schedule. */
export function changeWarnings(
  tracker: Pick<Tracker, 'inputOf' | 'types'>,
  typeName: string,
  body: Record<string, unknown>,
): string[] {
  const type = tracker.types.find((known) => known === typeName);
  const { input } = body;
  const within = type && input ? unknownIn(tracker, type, Object(input), NO_FIELD) : [];
  const isOfForm = (name: string) => name.startsWith('repeat.');
  const sent = Object.entries(body).filter(([name]) => !isOfForm(name));
  return [...warnings(Object.fromEntries(sent), CHANGE_FIELDS), ...within];
}

function warnings(fields: object, known: ReadonlySet<string>): string[] {
  const unknown = Object.entries(fields).flatMap(([name, value]) =>
    known.has(name) || isAbsent(value) ? [] : [cut(printable(name), MAX_NAME)],
  );
  const named = unknown.slice(0, MAX_NAMED).map((name) => `Unknown field "${name}" was ignored.`);
  const more = unknown.length - named.length;
  return more > 0 ? [...named, `${more} more unknown fields were ignored.`] : named;
}

/** As for known fields, an empty one counts as absent. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

function fieldNames(schema: z.ZodType): ReadonlySet<string> | 'any' {
  const rules = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const isOpen = rules.properties === undefined || Boolean(rules.additionalProperties);
  return isOpen ? 'any' : new Set(Object.keys(rules.properties ?? {}));
}
