import { sourceTitle } from '../../views/source_title.ts';
import type { Frame } from '../../views/view_models.ts';
import { cookieOf } from './negotiation.ts';
import type { WebServices } from './services.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** What every page shows around its content, for this reader. */
export function frameOf(request: Request, { live, sources }: WebServices): Frame {
  const [source] = sources.values();
  const taskbar = live.model();
  return {
    taskbar,
    now: taskbar.now,
    theme: THEMES.find((theme) => theme === cookieOf(request, 'theme')) ?? 'auto',
    ...(source && { source: sourceTitle(source) }),
    taskbarCollapsed: cookieOf(request, 'taskbar') === 'collapsed',
  };
}
