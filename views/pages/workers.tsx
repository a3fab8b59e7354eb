import type { Job } from '../../src/jobs/job.ts';
import type { SourceQueue, TypeQueue } from '../../src/jobs/queue.ts';
import type { Worker } from '../../src/jobs/workers.ts';
import { count, jobName, sourceTitle } from '../../src/text/format.ts';
import { limitWords, silentText, UNSERVED } from '../../src/text/queue_text.ts';
import { sentenceCase } from '../../src/text/schedule_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { StatusLabel } from '../jobs/status_icon.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { TableHead } from '../table_head.tsx';
import { relativeTime } from '../time.tsx';
import type { Layout } from '../view_models.ts';

export interface WorkersModel {
  processes: (Worker & { running: Job[] })[];
  types: TypeQueue[];
  sources: SourceQueue[];
}

/** Says what a press has changed, below the tables, which must not move; they are refreshed. */
const CHANGED = '#queue-changed';

interface Props {
  model: WorkersModel;
  now: Date;
}

/** Processes report every few seconds, and end without a change of any job. */
const REFRESH_SECONDS = 3;

/** The processes that run jobs, and the queues that they serve. */
export function WorkersPage({ layout, model }: { layout: Layout; model: WorkersModel }) {
  const { now } = layout;
  return (
    <Page title="Workers" current="/jobs" layout={layout}>
      <h1>Workers</h1>
      <p class="page-lead">
        The processes that run jobs, and the queues they take them from. What is set here applies to
        all processes.
      </p>
      <LivePart id="workers" class="workers" everySeconds={REFRESH_SECONDS}>
        <Processes model={model} now={now} />
        <Types model={model} now={now} />
        <Sources model={model} now={now} />
      </LivePart>
      <div id="queue-changed" class="form-result" />
    </Page>
  );
}

function Processes({ model: { processes }, now }: Props): JSX.Element {
  return (
    <section aria-labelledby="processes-title">
      <h2 id="processes-title">Processes</h2>
      <table class="stacked queue-table">
        <TableHead columns={['Process', 'Version', 'Since', 'Heartbeat', 'Runs']} />
        <tbody>
          {processes.map((process) => (
            <tr>
              <th scope="row">
                <span safe>{`${process.kind} ${process.pid} on ${process.host}`}</span>
              </th>
              <td data-label="Version" safe>
                {process.version ?? '–'}
              </td>
              <td data-label="Since">{relativeTime(process.startedAt, now)}</td>
              <td data-label="Heartbeat">
                {relativeTime(process.seenAt, now)}
                {silentText(process.seenAt, now) as 'safe'}
              </td>
              <td data-label="Runs">
                <Running jobs={process.running} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Running({ jobs }: { jobs: Job[] }): JSX.Element {
  if (jobs.length === 0) return <>nothing</>;
  return (
    <ul>
      {jobs.map((job) => (
        <li>
          <a href={urlTo(`/jobs/${encodeURIComponent(job.id)}`)} safe>
            {jobName(job)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Types({ model: { types }, now }: Props): JSX.Element {
  return (
    <section aria-labelledby="types-title">
      <h2 id="types-title">Types</h2>
      <table class="stacked queue-table">
        <TableHead
          columns={['Type', 'State', 'Waiting', 'Running', 'Oldest', 'At once', 'Change']}
          numbers={['Waiting', 'Running']}
          changes={['Change']}
        />
        <tbody>
          {types.map((queue) => (
            <TypeRow queue={queue} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TypeRow({ queue, now }: { queue: TypeQueue; now: Date }): JSX.Element {
  const { type, waiting, running, oldestSince, pausedAt, unserved } = queue;
  return (
    <tr>
      <th scope="row" safe>
        {type}
      </th>
      <td>
        <State pausedAt={pausedAt} unserved={unserved} now={now} />
      </td>
      <td class="number" data-label="Waiting" safe>
        {count(waiting)}
      </td>
      <td class="number" data-label="Running" safe>
        {count(running)}
      </td>
      <td data-label="Oldest">{oldestSince ? relativeTime(oldestSince, now) : '–'}</td>
      <td data-label="At once">
        <Concurrency queue={queue} />
        <span data-changes="show" hidden safe>
          {limitWords(queue)}
        </span>
      </td>
      <td data-changes="remove">
        <PauseButton kind="types" name={type} pausedAt={pausedAt} />
      </td>
    </tr>
  );
}

interface StateProps extends Pick<TypeQueue, 'pausedAt' | 'unserved'> {
  now: Date;
}

function State({ pausedAt, unserved, now }: StateProps): JSX.Element {
  if (!pausedAt && unserved) {
    return <StatusLabel status="failed" word={sentenceCase(UNSERVED)} />;
  }
  if (!pausedAt) return <StatusLabel status="completed" word="Open" />;
  return (
    <>
      <StatusLabel status="cancelled" word="Paused" /> {relativeTime(pausedAt, now)}
    </>
  );
}

/** Empty is each process's own limit. */
function Concurrency({ queue }: { queue: TypeQueue }): JSX.Element {
  const { type, concurrency, ownConcurrency } = queue;
  const id = `concurrency-${type}`;
  const isSet = ownConcurrency !== undefined;
  return (
    <PostForm
      class="limit-form"
      action={urlTo(`/api/types/${encodeURIComponent(type)}/concurrency`)}
      target={CHANGED}
    >
      <input
        type="number"
        id={attributeText(id)}
        name="concurrency"
        min="1"
        max="1000"
        aria-label={attributeText(`How many ${type} jobs run at once`)}
        placeholder={String(ownConcurrency ?? concurrency ?? '')}
        value={isSet ? String(concurrency) : ''}
        autocomplete="off"
      />
      <button type="submit" class="quiet" aria-label={attributeText(`Set the limit of ${type}`)}>
        Set
      </button>
    </PostForm>
  );
}

interface PauseButtonProps {
  kind: 'types' | 'sources';
  name: string;
  pausedAt: Date | undefined;
}

function PauseButton({ kind, name, pausedAt }: PauseButtonProps): JSX.Element {
  const verb = pausedAt ? 'resume' : 'pause';
  const word = pausedAt ? 'Resume' : 'Pause';
  return (
    <PostForm action={urlTo(`/api/${kind}/${encodeURIComponent(name)}/${verb}`)} target={CHANGED}>
      <button
        type="submit"
        id={attributeText(`pause-${kind}-${name}`)}
        aria-label={attributeText(`${word} ${name}`)}
      >
        {word}
      </button>
    </PostForm>
  );
}

function Sources({ model: { sources }, now }: Props): JSX.Element {
  return (
    <section aria-labelledby="sources-title">
      <h2 id="sources-title">Sources</h2>
      <p class="field-help">Jobs of a paused source wait; those of other sources go on.</p>
      <table class="stacked queue-table">
        <TableHead columns={['Source', 'State', 'Change']} changes={['Change']} />
        <tbody>
          {sources.map((source) => (
            <tr>
              <th scope="row" safe>
                {sourceTitle(source)}
              </th>
              <td>
                <State pausedAt={source.pausedAt} now={now} />
              </td>
              <td data-changes="remove">
                <PauseButton kind="sources" name={source.name} pausedAt={source.pausedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
