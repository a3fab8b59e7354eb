import type { Elysia } from 'elysia';
import { JobCard } from '../../../views/jobs/job_card.tsx';
import { isActive, type Job } from '../../jobs/index.ts';
import { jobLine, stateOf } from '../../text/job_text.ts';
import { urlTo } from '../../text/urls.ts';
import { about, answers, NO_SUCH_JOB } from '../contract/declare.ts';
import { JOB_ID, REMOVE_BODY, REMOVE_QUERY } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { actorOf } from '../http/actor.ts';
import { parseFields } from '../http/body.ts';
import { refererOf } from '../http/negotiation.ts';
import { jobOr404, Problem } from '../http/problem.ts';
import { respond } from '../http/rendered.ts';
import type { RequestContext } from '../http/request_context.ts';

const STILL_ACTIVE = 'The job is still active.';

const RETRY = {
  params: JOB_ID,
  response: answers(202, 'JobAnswer', 'The job, queued.', {
    404: NO_SUCH_JOB,
    409: 'It is active, or was tracked by another program.',
  }),
  detail: about('Act', 'retry_job', 'Run an ended job again'),
};

const FIRST = {
  params: JOB_ID,
  response: answers(200, 'JobAnswer', 'The job, first in the queue or already running.', {
    404: NO_SUCH_JOB,
    409: 'It does not wait.',
  }),
  detail: about('Act', 'run_job_next', 'Start a waiting job next of its type'),
};

const DISMISSAL = {
  params: JOB_ID,
  response: answers(200, 'JobAnswer', 'The job.', { 404: NO_SUCH_JOB, 409: STILL_ACTIVE }),
  detail: about('Act', 'dismiss_job', 'Take an ended job out of the taskbar'),
};

/** As JSON, a card or a line; a browser without JavaScript is redirected to the job's page. */
function changedIn({ live, tracker }: WebDeps) {
  return (job: Job) =>
    respond(() => ({ job }), {
      html: async () => JobCard({ view: await live.view(job), now: new Date() }),
      async text() {
        const waitOf = await tracker.reader.waits([job]);
        return jobLine(job, waitOf(job));
      },
      seeOther: () => urlTo(`/jobs/${job.id}`),
    });
}

/** Cancels, retries, moves and dismisses a job. */
export function jobChangeRoutes(deps: WebDeps) {
  const { tracker } = deps;
  const changed = changedIn(deps);

  return (app: Elysia) =>
    app
      .post(
        '/api/jobs/:id/cancel',
        async ({ params, request, server }) => {
          const job = await jobOr404(tracker, params.id);
          if (!(await tracker.cancelJob(job.id, { by: actorOf({ request, server }) })))
            throw alreadyEnded(await jobOr404(tracker, job.id));
          return changed(await jobOr404(tracker, job.id));
        },
        {
          params: JOB_ID,
          response: answers(200, 'JobAnswer', 'The job, cancelling or cancelled.', {
            404: 'There is no such job, or it has already ended.',
          }),
          detail: about('Act', 'cancel_job', 'Cancel an active job'),
        },
      )
      .post(
        '/api/jobs/:id/retry',
        async ({ params, request, server, status }) => {
          const job = await jobOr404(tracker, params.id);
          const retried = await tracker.retryJob(job.id, { by: actorOf({ request, server }) });
          if (!retried) throw cannotRetry(await jobOr404(tracker, job.id));
          return status(202, changed(retried));
        },
        RETRY,
      )
      .post(
        '/api/jobs/:id/first',
        async ({ params, request, server }) => {
          const job = await jobOr404(tracker, params.id);
          if (!(await tracker.moveToFront(job.id, { by: actorOf({ request, server }) })))
            throw notWaiting(await jobOr404(tracker, job.id));
          return changed(await jobOr404(tracker, job.id));
        },
        FIRST,
      );
}

/** Takes an ended job out of the taskbar. */
export function jobDismissalRoutes({ tracker }: WebDeps) {
  return (app: Elysia) =>
    app.post(
      '/api/jobs/:id/dismiss',
      async ({ params, request }) => {
        const { id } = await jobOr404(tracker, params.id);
        const isDismissed = await tracker.dismissJob(id);
        const job = await jobOr404(tracker, id);
        if (!isDismissed && isActive(job.status)) throw stillActive(job);
        return respond(() => ({ job }), {
          html: () => '',
          text: () => jobLine(job),
          seeOther: () => refererOf(request) ?? urlTo('/jobs'),
        });
      },
      DISMISSAL,
    );
}

const PINNING = {
  params: JOB_ID,
  response: answers(200, 'JobAnswer', 'The job.', { 404: NO_SUCH_JOB }),
};

/** Pins a job, which keeps it until somebody removes it, and unpins it. */
export function jobPinRoutes(deps: WebDeps) {
  const { tracker } = deps;
  const changed = changedIn(deps);

  async function pinned(
    id: string,
    isPinned: boolean,
    context: Pick<RequestContext, 'request' | 'server'>,
  ) {
    const { id: known } = await jobOr404(tracker, id);
    await tracker.pinJob(known, isPinned, { by: actorOf(context) });
    return changed(await jobOr404(tracker, known));
  }

  return (app: Elysia) =>
    app
      .post(
        '/api/jobs/:id/pin',
        ({ params, request, server }) => pinned(params.id, true, { request, server }),
        {
          ...PINNING,
          detail: about('Act', 'pin_job', 'Keep a job until somebody removes it'),
        },
      )
      .post(
        '/api/jobs/:id/unpin',
        ({ params, request, server }) => pinned(params.id, false, { request, server }),
        {
          ...PINNING,
          detail: about('Act', 'unpin_job', 'Keep a job only as long as others'),
        },
      );
}

const REMOVAL = {
  params: JOB_ID,
  response: answers(200, 'JobAnswer', 'The job as it was.', {
    404: NO_SUCH_JOB,
    409: STILL_ACTIVE,
  }),
};

interface Removing extends Pick<RequestContext, 'request' | 'server'> {
  set: { headers: Record<string, unknown> };
}

/** Removes a job. */
export function jobRemovalRoutes({ tracker }: WebDeps) {
  async function removed(id: string, force: boolean, context: Removing) {
    const job = await jobOr404(tracker, id);
    if (!(await tracker.removeJob(id, { force, by: actorOf(context) })))
      throw stillActive(await jobOr404(tracker, id));
    return respond(() => ({ job }), {
      text: () => `${id}  removed\n`,
      seeOther: () => urlTo('/jobs'),
      html() {
        // The job's own page no longer exists.
        context.set.headers['hx-redirect'] = urlTo('/jobs');
        return '';
      },
    });
  }

  return (app: Elysia) =>
    app
      .delete(
        '/api/jobs/:id',
        ({ params, query, request, server, set }) =>
          removed(params.id, isForce(query.force), { request, server, set }),
        {
          ...REMOVAL,
          query: REMOVE_QUERY,
          detail: about('Act', 'delete_job', 'Remove a job permanently'),
        },
      )
      .post(
        '/api/jobs/:id/remove',
        ({ params, body, request, server, set }) =>
          removed(params.id, isForce(body.force), { request, server, set }),
        {
          ...REMOVAL,
          parse: parseFields,
          body: REMOVE_BODY,
          detail: about(
            'Act',
            'remove_job',
            'Remove a job permanently, for forms, which cannot send DELETE',
          ),
        },
      );
}

const isForce = (force: unknown) => force === true || force === '1' || force === 'true';

function alreadyEnded({ status }: Job): Problem {
  return new Problem(404, 'already_ended', 'The job has already ended.', {
    message: `It ${stateOf(status)}; there is nothing to cancel.`,
  });
}

function cannotRetry(job: Job): Problem {
  if (isActive(job.status)) {
    return new Problem(409, 'active', STILL_ACTIVE, {
      message: 'Cancel it first, or wait for it to end.',
    });
  }
  return new Problem(409, 'tracked', 'This job cannot be run again here.', {
    message: 'It was run by the program that created it. Run that program again.',
  });
}

function notWaiting({ status }: Job): Problem {
  return new Problem(409, 'not_waiting', 'The job does not wait.', {
    message: `It ${stateOf(status)}; there is nothing to start.`,
  });
}

function stillActive(job: Job): Problem {
  return new Problem(409, 'active', STILL_ACTIVE, {
    message: `It is ${job.status}. Cancel it first, or remove it with ?force=1.`,
  });
}
