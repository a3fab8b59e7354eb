import type { Frame } from '../../../views/view_models.ts';
import { sourceTitle } from '../../text/source_title.ts';
import type { WebDeps } from '../deps.ts';
import { sessionIdOf } from '../http/authenticate.ts';
import { cookieOf } from '../http/negotiation.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** What every page shows around its content, for this reader. */
export function layoutOf(request: Request, services: WebDeps): Frame {
  return { ...layoutWithoutJobs(request, services), taskbar: services.live.model() };
}

/** The same without the jobs: what is known without the database. */
export function layoutWithoutJobs(
  request: Request,
  { sources, vitals }: WebDeps,
): Omit<Frame, 'taskbar'> {
  const [source] = sources.values();
  return {
    now: new Date(),
    notices: vitals.notices,
    theme: themeOf(request),
    ...(source && { source: sourceTitle(source) }),
    taskbarCollapsed: cookieOf(request, 'taskbar') === 'collapsed',
    signedIn: sessionIdOf(request) !== undefined,
  };
}

/** What this reader chose, or `auto`. */
export function themeOf(request: Request): Frame['theme'] {
  return THEMES.find((theme) => theme === cookieOf(request, 'theme')) ?? 'auto';
}
