/** A time that somebody typed, in ms since 1970; `to` is exclusive. */
export interface TypedDate {
  from: number;
  to: number;
}

const DATE = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?$/i;
const AGO = /^(\d{1,5})([hdwmy])$/i;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Earlier years are written without a sign, and would look like later ones. */
const YEAR_ONE = Date.parse('0001-01-01T00:00:00Z');

/**
 * Reads `2024`, `2024-05`, `2024-05-31`, a time of ISO 8601, `today`, `yesterday`, and `7d` for seven days
 * ago (`h`, `d`, `w`, `m` for months, `y`). Days are those of UTC.
 * @param now in ms since 1970.
 * @returns the whole year, month or day; `undefined` when it is no date.
 */
export function readDate(text: string, now: number): TypedDate | undefined {
  const word = text.toLowerCase();
  if (word === 'today') return dayOf(now);
  if (word === 'yesterday') return dayOf(now - DAY_MS);
  return readAgo(text, now) ?? readCalendarDate(text) ?? readTime(text);
}

function dayOf(time: number): TypedDate {
  const from = Math.floor(time / DAY_MS) * DAY_MS;
  return { from, to: from + DAY_MS };
}

function readAgo(text: string, now: number): TypedDate | undefined {
  const [, digits, unit = ''] = AGO.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const time = before(now, Number(digits), unit.toLowerCase());
  return Number.isNaN(time) || time < YEAR_ONE ? undefined : { from: time, to: time };
}

function before(now: number, count: number, unit: string): number {
  if (unit === 'h') return now - count * HOUR_MS;
  if (unit === 'd') return now - count * DAY_MS;
  if (unit === 'w') return now - count * 7 * DAY_MS;
  const date = new Date(now);
  const day = date.getUTCDate();
  const months = unit === 'm' ? count : 12 * count;
  date.setUTCMonth(date.getUTCMonth() - months, 1);
  // A month before 31 May is 30 April.
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, last));
}

function readCalendarDate(text: string): TypedDate | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return undefined;
  const parts = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)] as const;
  const from = startOf(...parts);
  if (from.getTime() < YEAR_ONE) return undefined;
  // 31 April would be 1 May.
  if (from.getUTCMonth() !== parts[1] || from.getUTCDate() !== parts[2]) return undefined;
  const to = new Date(from);
  if (day !== undefined) to.setUTCDate(parts[2] + 1);
  else if (month !== undefined) to.setUTCMonth(parts[1] + 1);
  else to.setUTCFullYear(parts[0] + 1);
  return { from: from.getTime(), to: to.getTime() };
}

function startOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month, day);
  return date;
}

function readTime(text: string): TypedDate | undefined {
  if (!TIME.test(text)) return undefined;
  const time = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) || time < YEAR_ONE ? undefined : { from: time, to: time };
}
