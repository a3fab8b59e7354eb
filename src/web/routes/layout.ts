import type { Layout } from '../../../views/view_models.ts';
import type { FirstDeps } from '../deps.ts';
import { isReader, signInIdOf } from '../http/authenticate.ts';
import { cookieOf } from '../http/negotiation.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** What every page shows around its content, for this client. */
export async function layoutOf(request: Request, deps: FirstDeps): Promise<Layout> {
  const taskbar = await deps.live.model();
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
