import type { Job, JobProgress, JobView } from '../jobs/job.ts';
import { cut, MAX_NAME } from './cut.ts';
import { isolated, quoted } from './isolated.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Thousands separated: 1234.6 → `1,235`. */
export function count(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A count with its noun: `1 post`, `1,000 posts`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Milliseconds as a clock, rounded down: `0:07`, `12:40`, `1:02:03`. Below 0 is 0. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${twoDigits(m)}:${twoDigits(s)}` : `${m}:${twoDigits(s)}`;
}

/** How long the last attempt of an ended job took; a dash when it had none. */
export function jobDuration({ startedAt, completedAt }: Job): string {
  if (startedAt === undefined || completedAt === undefined) return '–';
  return duration(completedAt.getTime() - startedAt.getTime());
}

/** Milliseconds with two digits where a clock would show none: `0.42 s`, `8.1 s`, `0:31`. */
export function runTime(ms: number): string {
  return ms < 10_000 ? `${Number((ms / 1000).toPrecision(2))} s` : duration(ms);
}

/** A run time that may be approximate: `0:46`, or `≈ 0:42`. */
export function roughTime(ms: number, approximate = false): string {
  return `${approximate ? '≈ ' : ''}${runTime(ms)}`;
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}

/** Milliseconds as a rough estimate: `19 s`, `3 min`, `2 h`, `4 days`. */
export function estimate(ms: number): string {
  if (ms < SECOND) return '1 s';
  if (Math.round(ms / SECOND) < 90) return `${Math.round(ms / SECOND)} s`;
  if (Math.round(ms / MINUTE) < 90) return `${Math.round(ms / MINUTE)} min`;
  if (Math.round(ms / HOUR) < 48) return `${Math.round(ms / HOUR)} h`;
  return counted(Math.round(ms / DAY), 'day');
}

/** Milliseconds as people typed them, without loss: `250 ms`, `45 s`, `90 min`, `1 h`, `7 days`. */
export function exactSpan(ms: number): string {
  const units: [length: number, name: string][] = [
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [SECOND, 's'],
  ];
  if (ms % DAY === 0) return counted(ms / DAY, 'day');
  const [length, name] = units.find(([length]) => ms % length === 0) ?? [1, 'ms'];
  return `${count(ms / length)} ${name}`;
}

/** Units a second, in the unit that keeps the number readable: `38/s`, `4.2/s`, `12/min`, `3/h`. */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) return `${count(perSecond)}/s`;
  if (perSecond >= 0.95) return `${perSecond.toFixed(1)}/s`;
  if (perSecond * 60 >= 0.95) return `${count(perSecond * 60)}/min`;
  return `${count(Math.max(1, perSecond * 3600))}/h`;
}

/** Decimal units: `512 bytes`, `31 MB`, `1.4 GB`. */
export function bytes(n: number): string {
  if (n < 1_000) return counted(n, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return `${value < 9.95 ? value.toFixed(1) : count(value)} ${units[power - 1]}`;
}

/** Rounded down, so that 100 % means done. */
export function percent(current: number, total: number): string {
  return `${total > 0 ? Math.floor((Math.min(current, total) / total) * 100) : 0} %`;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  const ending = (!teen && ['th', 'st', 'nd', 'rd'][n % 10]) || 'th';
  return `${count(n)}${ending}`;
}

/** The distance in time: `just now`, `12 s ago`, `in 3 min`, and from a week on the date. */
export function relative(at: Date, now: Date): string {
  const ms = now.getTime() - at.getTime();
  const distance = Math.abs(ms);
  if (distance < 5 * SECOND) return 'just now';
  if (distance >= 7 * DAY) return date(at);
  const words = span(distance);
  return ms > 0 ? `${words} ago` : `in ${words}`;
}

function span(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return counted(Math.floor(ms / DAY), 'day');
}

/** `22 Nov 2026`, in UTC: the server does not know the reader's time zone. */
export function date(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** `22 Nov 2026, 02:58:01 UTC`. */
export function exact(at: Date): string {
  return `${date(at)}, ${at.toISOString().slice(11, 19)} UTC`;
}

/**
 * `14:05 UTC`, rounded up, so that it is not before `at`; `14:04:31 UTC` when that is less than a minute
 * after `now`.
 */
export function clockTime(at: Date, now?: Date): string {
  const isSoon = now !== undefined && at.getTime() - now.getTime() < MINUTE;
  const unit = isSoon ? SECOND : MINUTE;
  const rounded = new Date(Math.ceil(at.getTime() / unit) * unit);
  return `${rounded.toISOString().slice(11, isSoon ? 19 : 16)} UTC`;
}

/** The progress of a job: `280 / 1,000`, `62 %` of a download, `280` when the total is unknown. */
export function progressCount({ current, total, stage }: JobProgress): string {
  if (total <= 0) return current > 0 ? count(current) : '';
  if (stage === 'fetching') return percent(current, total);
  return `${count(current)} / ${count(total)}`;
}

/** How far a cancelled job got; empty when that is unknown. */
export function stoppedAt(progress: JobProgress): string {
  const done = progressCount(progress);
  return done && `Stopped at ${done}`;
}

/** Milliseconds until a job ends at its current rate; undefined when that is unknown. */
export function timeLeft({ job, perSecond }: JobView): number | undefined {
  const { current, total } = job.progress;
  if (job.status !== 'running' || !perSecond || total <= current) return undefined;
  return ((total - current) / perSecond) * SECOND;
}

/**
 * The subject of a job, in at most 102 characters: `@aurora_lab`, `“space, jazz”`, the name of a
 * model or an archive; empty when the metadata has none. Untrusted text: escape it.
 */
export function subject({ metadata = {} }: Pick<Job, 'metadata'>): string {
  const { username, query, archive, model } = metadata;
  if (isText(username)) return `@${isolated(nameOf(username).replace(/^@/, ''))}`;
  if (isText(query)) return quoted(nameOf(query));
  if (isText(archive)) return isolated(nameOf(archive));
  return isText(model) ? isolated(nameOf(model)) : '';
}

function nameOf(text: string): string {
  return cut(text.trim(), MAX_NAME);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** The name of a job: `scrape @aurora_lab`. Untrusted text: escape it. */
export function jobName(job: Pick<Job, 'type' | 'metadata'>): string {
  return `${isolated(cut(job.type, MAX_NAME))} ${subject(job)}`.trim();
}

/** The label of a source as a title: "the synthetic sample" → "Synthetic sample". */
export function sourceTitle({ label }: { label: string }): string {
  const bare = label.replace(/^(the|an?) /i, '');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/** `$0.60`; three digits where two would round a price: `$0.005`. */
export function money(amount: number, currency: string): string {
  const digits = amount > 0 && amount < 0.1 && Math.round(amount * 100) / 100 !== amount ? 3 : 2;
  const [whole = '', part] = amount.toFixed(digits).split('.');
  const number = `${count(Number(whole))}.${part}`;
  return currency === 'USD' ? `$${number}` : `${number} ${currency}`;
}
