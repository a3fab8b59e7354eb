import type { Layout } from '../../../views/view_models.ts';
import { sourceTitle } from '../../text/format.ts';
import type { WebDeps } from '../deps.ts';
import { signInIdOf } from '../http/authenticate.ts';
import { cookieOf } from '../http/negotiation.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** What every page shows around its content, for this client. */
export function layoutOf(request: Request, deps: WebDeps): Layout {
  return { ...layoutWithoutJobs(request, deps), taskbar: deps.live.model() };
}

/** The same without the jobs: it does not need the database. */
export function layoutWithoutJobs(
  request: Request,
  { sources, health }: WebDeps,
): Omit<Layout, 'taskbar'> {
  const [source] = sources.values();
  return {
    now: new Date(),
    notices: health.notices,
    theme: themeOf(request),
    ...(source && { source: sourceTitle(source) }),
    taskbarChoice: cookieOf(request, 'taskbar') === 'collapsed' ? 'closed' : 'auto',
    signedIn: signInIdOf(request) !== undefined,
  };
}

/** The theme in the cookie, or `auto`. */
export function themeOf(request: Request): Layout['theme'] {
  return THEMES.find((theme) => theme === cookieOf(request, 'theme')) ?? 'auto';
}
