import type { Frame } from '../../views/view_models.ts';
import type { LiveTaskbar } from './live_taskbar.tsx';
import { cookieOf } from './negotiation.ts';

const THEMES = ['auto', 'light', 'dark'] as const;

/** What every page shows around its content, for this reader. */
export function frameOf(request: Request, live: LiveTaskbar): Frame {
  const taskbar = live.model();
  return {
    taskbar,
    now: taskbar.now,
    theme: THEMES.find((theme) => theme === cookieOf(request, 'theme')) ?? 'auto',
    taskbarCollapsed: cookieOf(request, 'taskbar') === 'collapsed',
  };
}
