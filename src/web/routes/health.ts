import { Elysia } from 'elysia';
import type { WebDeps } from '../deps.ts';
import { isAdmitted } from '../http/admission.ts';

/** For monitoring: 503 while the database cannot be used. */
export function healthRoute({ tracker, streams, health }: WebDeps) {
  const startedAt = Date.now();
  return new Elysia({ name: 'health' }).get('/healthz', async ({ request }) => {
    if (health.issue) await health.check();
    const counts = countsIfReadable();
    const isFailing = health.issue !== undefined;
    const status = isFailing ? 'failing' : 'ok';
    const init: ResponseInit = {
      status: isFailing ? 503 : 200,
      headers: isFailing ? { 'retry-after': '5' } : {},
    };
    if (!isAdmitted(request)) return Response.json({ status }, init);
    const problems = health.notices.map(({ code, title, advice, since }) => ({
      code,
      message: `${title} ${advice}`,
      since,
    }));
    const uptimeSeconds = Math.floor((Date.now() - startedAt) / 1000);
    return Response.json(
      { status, problems, uptimeSeconds, watchers: streams.open, ...counts },
      init,
    );
  });

  /** Nothing when the database cannot be read: the other fields are known without it. */
  function countsIfReadable() {
    try {
      const { atWork, waiting } = tracker.countActive();
      return { activeJobs: atWork + waiting, processes: health.processes.list() };
    } catch (error) {
      if (!health.noticed(error)) throw error;
      return {};
    }
  }
}
