import type { Job } from '../../src/jobs/job.ts';
import { count, counted } from '../format.ts';

/** What a finished job brought, in a few words; nothing when its result does not tell. */
export function ResultSummary({ job }: { job: Job }): JSX.Element {
  return <span safe>{resultSummary(job)}</span>;
}

/** The same as plain text: "1,000 posts of @aurora_lab, 940 new". */
export function resultSummary({ type, result }: Job): string {
  if (typeof result !== 'object' || result === null) return '';
  const { posts, newPosts, username, embedded, profiles, newProfiles, saved, model } =
    result as Record<string, unknown>;
  switch (type as string) {
    case 'scrape':
      return list(amount(posts, 'post', username), fresh(newPosts));
    case 'search':
      return list(amount(posts, 'post'), fresh(newPosts), numbered(embedded, 'embedded'));
    case 'discover':
      return list(amount(profiles, 'profile'), fresh(newProfiles), saved === false && 'not kept');
    case 'embed':
      return list(amount(embedded, 'vector'), typeof model === 'string' && model);
    default:
      return '';
  }
}

function amount(n: unknown, noun: string, username?: unknown): string {
  if (typeof n !== 'number') return '';
  const of = typeof username === 'string' ? ` of @${username}` : '';
  return `${counted(n, noun)}${of}`;
}

function fresh(n: unknown): string {
  return n === 0 ? 'none new' : numbered(n, 'new');
}

function numbered(n: unknown, what: string): string {
  return typeof n === 'number' ? `${count(n)} ${what}` : '';
}

function list(...parts: (string | false)[]): string {
  return parts.filter(Boolean).join(', ');
}
