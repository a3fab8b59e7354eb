import type { Layout } from '../../../views/view_models.ts';
import { DATABASE_UNREACHABLE } from '../../platform/database_issue.ts';
import type { FirstDeps } from '../deps.ts';
import { isReader, signInIdOf } from '../http/authenticate.ts';
import { cookieOf } from '../http/negotiation.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/**
 * What every page shows around its content, for this client. While PostgreSQL, which has the jobs, cannot be
 * reached, pages that show what this machine has copied from it are without jobs.
 */
export async function layoutOf(request: Request, deps: FirstDeps): Promise<Layout> {
  const taskbar = await deps.live.model().catch((error: unknown) => {
    if (deps.health.noticed(error)?.code !== DATABASE_UNREACHABLE) throw error;
    return { jobs: [], now: new Date() };
  });
  return { ...layoutWithoutJobs(request, deps), taskbar };
}

/** The same without the jobs: it does not need the database. */
export function layoutWithoutJobs(
  request: Request,
  { health }: FirstDeps,
): Omit<Layout, 'taskbar'> {
  return {
    now: new Date(),
    notices: health.notices,
    theme: themeOf(request),
    taskbarChoice: cookieOf(request, 'taskbar') === 'collapsed' ? 'closed' : 'auto',
    signedIn: signInIdOf(request) !== undefined,
    isReadOnly: isReader(request),
  };
}

/** The theme in the cookie, or `auto`. */
export function themeOf(request: Request): Layout['theme'] {
  return THEMES.find((theme) => theme === cookieOf(request, 'theme')) ?? 'auto';
}
