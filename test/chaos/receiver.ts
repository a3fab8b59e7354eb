/** The receiver of a webhook, and a schedule, under chaos: what happens to jobs is told by them too. */
import type { Job } from '../../src/jobs/index.ts';
import { until } from '../support/wait.ts';

/** How many requests in a hundred are refused. */
const REFUSED = 10;

/** Between two events: five refusals in a row, in ms. */
const MAX_PAUSE_MS = 180_000;

interface Told {
  eventId: string;
  jobId: string;
  type: string;
}

export type Receiver = ReturnType<typeof startReceiver>;

type Ask = <Answer>(path: string, body?: object) => Promise<Answer | undefined>;

/** Takes events, refuses some of them, and keeps those that it has accepted. */
export function startReceiver(random: () => number) {
  const told: Told[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { type, data } = (await request.json()) as { type: string; data: { job: Job } };
      if (random() * 100 < REFUSED) return new Response('', { status: 503 });
      const eventId = request.headers.get('webhook-id') ?? '';
      told.push({ eventId, jobId: data.job.id, type });
      return new Response('', { status: 204 });
    },
  });
  return {
    told,
    url: `http://127.0.0.1:${server.port}/`,
    stop: () => server.stop(true),
    /** Waits for `isOver` as long as events arrive: with each refusal the sender pauses for 10 s or more. */
    async untilTold(isOver: () => Promise<boolean>): Promise<void> {
      for (let before = -1; before < told.length; ) {
        before = told.length;
        await until('all events were sent', isOver, MAX_PAUSE_MS).catch(() => {});
      }
    },
    /** An end is told once, however often its request is repeated. */
    faultsAgainst(jobs: Job[]): string[] {
      const byJob = Map.groupBy(told, ({ jobId }) => jobId);
      return jobs.flatMap(({ id, status }) => {
        const events = byJob.get(id) ?? [];
        const ids = new Set(events.map(({ eventId }) => eventId));
        const types = new Set(events.map(({ type }) => type));
        const isTold = ids.size === 1 && types.size === 1 && types.has(`job.${status}`);
        const seen = [...types].join(', ') || 'nothing';
        return isTold
          ? []
          : `The end of ${id} (${status}) was told by ${ids.size} events: ${seen}.`;
      });
    },
  };
}

/** A webhook that is paused now and then, and a schedule that is due every few seconds. */
export async function addWebhookAndSchedule(ask: Ask, url: string) {
  const events = ['completed', 'failed', 'cancelled'];
  const made = await ask<{ webhook: { id: string } }>('/api/webhooks', { url, events });
  const added = await ask<{ schedule: { id: string } }>('/api/schedules', {
    ...{ type: 'search', cron: '*/4 * * * * *', timeZone: 'UTC' },
    input: { query: 'harbour', maxTweets: 20 },
  });
  if (!made || !added) throw new Error('The webhook and the schedule could not be added.');
  const webhook = `/api/webhooks/${made.webhook.id}`;
  const schedule = `/api/schedules/${added.schedule.id}`;
  return {
    disturb: async (random: () => number) => {
      if (random() < 0.03) await ask(`${webhook}/pause`, {});
      if (random() < 0.2) await ask(`${webhook}/resume`, {});
    },
    /** Whether the schedule starts nothing more, and the webhook sends what it has kept. */
    calm: async () =>
      (await ask(`${webhook}/resume`, {})) && (await ask(`${schedule}/pause`, {})) !== undefined,
    /** Due times for which there are not exactly one job. */
    async faults(): Promise<string[]> {
      const answer = await ask<{
        runs: { dueAt: string; outcome: string; job?: { id: string } }[];
      }>(schedule);
      const runs = answer?.runs ?? [];
      const started = runs.flatMap(({ outcome, job }) => (outcome === 'started' ? job?.id : []));
      const isTwice = new Set(started).size < started.length;
      const isDueTwice = new Set(runs.map(({ dueAt }) => dueAt)).size < runs.length;
      return [
        ...(started.length === 0 ? ['The schedule has started nothing.'] : []),
        ...(isTwice || isDueTwice ? ['A due time of the schedule was started twice.'] : []),
      ];
    },
  };
}
