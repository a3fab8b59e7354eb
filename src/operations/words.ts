import type { Job } from '../jobs/job.ts';
import { cut, MAX_NAME } from './cut.ts';
import { count, counted } from './format.ts';

/**
 * What a finished job brought, in a few words: "1,000 posts of @aurora_lab, 940 new". Nothing when
 * its result does not tell.
 */
export function resultSummary({ type, result }: Job): string {
  if (typeof result !== 'object' || result === null) return '';
  const { posts, newPosts, username, embedded, profiles, newProfiles, saved, model, scraped } =
    result as Record<string, unknown>;
  switch (type as string) {
    case 'scrape':
      return list(posts, amount(posts, 'post', username), fresh(newPosts));
    case 'search':
      return list(posts, amount(posts, 'post'), fresh(newPosts), numbered(embedded, 'embedded'));
    case 'discover':
      return list(
        profiles,
        amount(profiles, 'profile'),
        saved === false ? 'not kept' : fresh(newProfiles),
        typeof scraped === 'number' && `${count(scraped)} scraped: ${amount(posts, 'post')}`,
      );
    case 'embed':
      return embedded === 0
        ? 'Every post had its vector'
        : list(
            embedded,
            amount(embedded, 'vector'),
            typeof model === 'string' && cut(model, MAX_NAME),
          );
    default:
      return '';
  }
}

function amount(n: unknown, noun: string, username?: unknown): string {
  if (typeof n !== 'number') return '';
  const of = typeof username === 'string' ? ` of @${cut(username, MAX_NAME)}` : '';
  return `${n === 0 ? `no ${noun}s` : counted(n, noun)}${of}`;
}

function fresh(n: unknown): string {
  return n === 0 ? 'none new' : numbered(n, 'new');
}

function numbered(n: unknown, what: string): string {
  return typeof n === 'number' ? `${count(n)} ${what}` : '';
}

/** Of nothing there is nothing more to say. */
function list(n: unknown, first: string, ...others: (string | false)[]): string {
  return [first, ...(n === 0 ? [] : others)].filter(Boolean).join(', ');
}
