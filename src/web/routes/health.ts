import { Elysia } from 'elysia';
import type { WebDeps } from '../deps.ts';
import { isAdmitted } from '../http/admission.ts';

/** For those who watch the server from outside: 503 as long as something keeps it from working. */
export function health({ tracker, live, vitals }: WebDeps) {
  const startedAt = Date.now();
  return new Elysia({ name: 'health' }).get('/healthz', async ({ request }) => {
    if (vitals.trouble) await vitals.check();
    const counts = countsOrNothing();
    const { trouble } = vitals;
    const status = trouble ? 'failing' : 'ok';
    const answered: ResponseInit = {
      status: trouble ? 503 : 200,
      headers: trouble ? { 'retry-after': '5' } : {},
    };
    if (!isAdmitted(request)) return Response.json({ status }, answered);
    const problems = vitals.notices.map(({ code, title, advice, since }) => ({
      code,
      message: `${title} ${advice}`,
      since,
    }));
    const uptimeSeconds = Math.floor((Date.now() - startedAt) / 1000);
    return Response.json(
      { status, problems, uptimeSeconds, watchers: live.watchers, ...counts },
      answered,
    );
  });

  /** When the database cannot be read, the rest is told all the same. */
  function countsOrNothing() {
    try {
      const { running, waiting } = tracker.reader.countActive();
      return { activeJobs: running + waiting, processes: vitals.processes() };
    } catch (error) {
      if (!vitals.noticed(error)) throw error;
      return {};
    }
  }
}
