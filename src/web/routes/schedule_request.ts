import { InvalidInput, type Tracker } from '../../jobs/index.ts';
import { repeatedDefaults } from '../../operations/words.ts';
import {
  cronOf,
  SCHEDULE_OPTIONS,
  SCHEDULE_TIMES,
  type ScheduleChanges,
  type ScheduleRequest,
} from '../../schedules/index.ts';
import { isOwnField } from './start_warnings.ts';

/** How the fields of a form are named that only a schedule needs: `repeat.at`. */
export const REPEAT = 'repeat.';

/** Whether a field belongs to "Repeat…" of a start form, which sends it with every start. */
export function isRepeatField(name: string): boolean {
  return name.startsWith(REPEAT);
}

type Fields = Record<string, unknown>;

/** What was sent to add a schedule. */
export interface ScheduleFields {
  /** Those of the schedule itself. */
  own: Fields;
  /** The input of its jobs, as sent. */
  input: unknown;
  /** Whether the input stands beside the other fields. */
  isFlat: boolean;
  /** Whether a start form sent it, which sends all of its times whatever was typed. */
  isForm: boolean;
  /** What the form calls a field. */
  fieldName(name: string): string;
}

/**
 * Reads `{ type, input, every, at, day, cron, timeZone, sessionId, priority, timeoutMs }`, or the same as
 * the flat fields of a form, which has the fields of the input beside them.
 * @throws InvalidInput that names two sessions.
 */
export function readScheduleFields(
  tracker: Pick<Tracker, 'inputOf' | 'types'>,
  body: Fields,
): ScheduleFields {
  if (body.input !== undefined) return readNested(body);
  const own: Fields = {};
  const input: Fields = {};
  const type = tracker.types.find((known) => known === body.type);
  const isInput = (name: string) =>
    type !== undefined && isAnOption(name) && isOwnField(tracker, type, name);
  for (const [name, value] of Object.entries(body)) {
    const bare = isRepeatField(name) ? name.slice(REPEAT.length) : name;
    const isOwn =
      (OWN_FIELDS.has(bare) && !isInput(name)) || (isRepeatField(name) && bare === 'all');
    (isOwn ? own : input)[bare] = value;
  }
  const isStartForm = Object.keys(body).some(isRepeatField);
  if (isStartForm) {
    readAllOrNew(own, input);
    forgetUnused(own);
  }
  return {
    own,
    input,
    isFlat: true,
    isForm: isStartForm,
    fieldName: isStartForm ? formName : (name) => name,
  };
}

const OWN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  ...SCHEDULE_TIMES,
  ...SCHEDULE_OPTIONS,
  // They have no effect on a schedule, and are refused.
  'runAt',
  'delayMs',
]);

const isAnOption = (name: string) => !SCHEDULE_TIMES.some((time) => time === name);

const formName = (name: string) =>
  SCHEDULE_TIMES.some((time) => time === name) ? REPEAT + name : name;

/** As for a start, the session may stand in the input too. */
function readNested(body: Fields): ScheduleFields {
  const fieldName = (name: string) => name;
  const { input } = body;
  if (!isObject(input)) return { own: body, input, isFlat: false, isForm: false, fieldName };
  const { sessionId, ...rest } = input;
  const own = { ...body, sessionId: oneSession(sessionId, body.sessionId) };
  return { own, input: rest, isFlat: false, isForm: false, fieldName };
}

/**
 * The session of a start, which may stand in its input or beside it.
 * @throws InvalidInput when both are given and differ.
 */
export function oneSession(within: unknown, beside: unknown): unknown {
  if (isBlank(within)) return beside;
  if (isBlank(beside) || within === beside) return within;
  throw new InvalidInput({
    sessionId: 'Session has one value in the input and another one beside it. Send it once.',
  });
}

/** The start form has a tick of its own for a single start: for a schedule that of "Repeat…" counts. */
function readAllOrNew(own: Fields, input: Fields): void {
  const readsAll = own.all === 'true';
  const type = typeof own.type === 'string' ? own.type : '';
  for (const name of Object.keys(repeatedDefaults(type, input))) {
    if (readsAll) input[name] = false;
    else delete input[name];
  }
  delete own.all;
}

/** A form also sends the fields that its choice does not use and that are not shown. */
function forgetUnused(own: Fields): void {
  const { every } = own;
  if (every !== 'cron') delete own.cron;
  if (every === 'cron' || every === 'hour') delete own.at;
  if (every !== 'week') delete own.day;
}

/** The fields of a repetition, as `GET` or a form sends them. */
export function readTimes(sent: Fields): Fields {
  const names = Object.keys(sent).filter((name) => !isRepeatField(name) || name !== 'repeat.all');
  const own = Object.fromEntries(
    names.map((name) => [isRepeatField(name) ? name.slice(REPEAT.length) : name, sent[name]]),
  );
  if (Object.keys(sent).some(isRepeatField)) forgetUnused(own);
  return Object.fromEntries(SCHEDULE_TIMES.map((name) => [name, own[name]]));
}

/** What to change, and what its form calls the fields. */
export function readChanges(body: Fields): {
  changes: ScheduleChanges;
  fieldName(name: string): string;
} {
  const isForm = Object.keys(body).some(isRepeatField);
  const given = { ...(isForm ? readTimes(body) : body), ...pick(body, SCHEDULE_OPTIONS) };
  const changes = pick(given, [...SCHEDULE_TIMES, ...SCHEDULE_OPTIONS]) as ScheduleChanges;
  if (body.input !== undefined) changes.input = fieldsOf(body.input);
  return { changes, fieldName: isForm ? formName : (name) => name };
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.flatMap((name) => (name in fields ? [[name, fields[name]]] : [])),
  );
}

/**
 * The schedule that these fields ask for.
 * @param client names the client, for the limit of waiting jobs of each client.
 * @throws InvalidInput that names fields without which the others cannot be checked.
 */
export function scheduleRequest(
  { own, input, isForm }: Pick<ScheduleFields, 'own' | 'input' | 'isForm'>,
  client: string | undefined,
): ScheduleRequest {
  refuseSingleStart(own, isForm);
  const { type, ...given } = own;
  return {
    ...pick(given, [...SCHEDULE_TIMES, ...SCHEDULE_OPTIONS]),
    type: typeOf(type),
    input: fieldsOf(input),
    ...(client !== undefined && { client }),
  };
}

/** The time of a single start contradicts those of a schedule, which may contradict each other too. */
function refuseSingleStart(own: Fields, isForm: boolean): void {
  const given = ['runAt', 'delayMs'].filter((name) => !isBlank(own[name]));
  if (given.length === 0) return;
  const message = 'A schedule starts jobs at its own times. Leave out the time of a single start.';
  const times = SCHEDULE_TIMES.filter((name) => name !== 'timeZone' && !isBlank(own[name]));
  const named = isForm ? given : [...times, ...given];
  const wrong = Object.fromEntries(named.map((name) => [name, message]));
  throw new InvalidInput({ ...wrong, ...wrongTimes(own) });
}

function wrongTimes(own: Fields): Record<string, string> {
  try {
    cronOf(own);
    return {};
  } catch (error) {
    if (error instanceof InvalidInput) return error.details;
    throw error;
  }
}

function typeOf(type: unknown): string {
  if (!isBlank(type) && typeof type !== 'string') {
    throw new InvalidInput({ type: 'Type must be text.' });
  }
  if (typeof type === 'string' && type.trim() !== '') return type.trim();
  throw new InvalidInput({
    type: 'Type is missing. Send the type of the jobs, for example scrape.',
  });
}

function fieldsOf(input: unknown): Fields {
  if (isObject(input)) return { ...input };
  throw new InvalidInput({ input: 'Input must be an object with the fields of the type.' });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}
