import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import type { ConnectionState, SourceState } from '../../src/sources/source_state.ts';
import { sourceTitle } from '../../src/text/format.ts';
import {
  abilityWords,
  connectionDetail,
  connectionProblem,
  connectionWords,
  missingWords,
} from '../../src/text/source_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { TextFacts } from '../facts.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { StatusLabel } from '../jobs/status_icon.tsx';
import { Page } from '../layouts/page.tsx';
import { LivePart } from '../live_part.tsx';
import { BudgetPart } from '../sources/budget_part.tsx';
import { ConnectForm, type RefusedForm } from '../sources/connect_form.tsx';
import { localTime, relativeTime } from '../time.tsx';
import type { Layout } from '../view_models.ts';

interface ListProps {
  sources: SourceState[];
  now: Date;
  refused?: RefusedForm;
}

interface PageProps extends Pick<ListProps, 'sources' | 'refused'> {
  layout: Layout;
}

/** Budgets and rate limits change without a change of any job, and in other processes. */
const REFRESH_SECONDS = 3;

/** Every source with its state, and how it is connected. */
export function SourcesPage({ layout, sources, refused }: PageProps) {
  return (
    <Page title="Sources" current="/sources" layout={layout}>
      <h1>Sources</h1>
      <p class="page-lead">
        Where posts and people come from. Credentials are sealed in the database and never shown
        again.
      </p>
      <SourceList sources={sources} now={layout.now} refused={refused} />
    </Page>
  );
}

/** Those that can be connected first. */
export function SourceList({ sources, now, refused }: ListProps): JSX.Element {
  const sorted = sources.toSorted(
    (one, other) => Number(!one.connection) - Number(!other.connection),
  );
  return (
    <div class="sources">
      {sorted.map((source) => (
        <SourceCard
          source={source}
          now={now}
          refused={refused?.source === source.name ? refused : undefined}
        />
      ))}
    </div>
  );
}

interface CardProps {
  source: SourceState;
  now: Date;
  /** The answer to one of its forms: it takes the place of the card on the page. */
  isUpdate?: boolean;
  refused?: RefusedForm;
}

export function SourceCard({ source, now, isUpdate = false, refused }: CardProps): JSX.Element {
  const { name, connection } = source;
  return (
    <section
      class="panel source"
      id={`source-${name}`}
      aria-labelledby={`source-${name}-title`}
      hx-swap-oob={isUpdate ? 'true' : undefined}
    >
      {connection ? (
        <>
          <LivePart
            id={`source-${name}-live`}
            class="source-live"
            href={urlTo('/sources')}
            everySeconds={REFRESH_SECONDS}
          >
            <Head source={source} now={now} isUpdate={isUpdate} />
            <LiveConnection name={name} connection={connection} now={now} refused={refused} />
          </LivePart>
          <ConnectionForms name={name} connection={connection} refused={refused} />
        </>
      ) : (
        <>
          <Head source={source} now={now} isUpdate={isUpdate} />
          <p class="field-help">Needs no credentials.</p>
        </>
      )}
    </section>
  );
}

/** The state can always have the focus, so that it keeps what the answer to a form has given it. */
function Head({ source, now, isUpdate }: Required<Omit<CardProps, 'refused'>>): JSX.Element {
  return (
    <>
      <div class="source-head">
        <h2 id={`source-${source.name}-title`} safe>
          {sourceTitle(source)}
        </h2>
        <p class="source-state" tabindex="-1" {...(isUpdate && { autofocus: true })}>
          <State connection={source.connection} now={now} />
        </p>
      </div>
      <Facts source={source} />
    </>
  );
}

function State({ connection, now }: { connection: ConnectionState | undefined; now: Date }) {
  if (!connection) return <StatusLabel status="completed" word="Ready" />;
  const limitedUntil = connection.limits.at(-1)?.until;
  return (
    <>
      <StatusLabel status={ICONS[connection.status]} word={connectionWords(connection)} />
      {limitedUntil !== undefined && (
        <span>
          <StatusLabel status="retrying" word="Rate limited until" /> {localTime(limitedUntil, now)}
        </span>
      )}
    </>
  );
}

const ICONS: Record<ConnectionState['status'], JobStatus> = {
  unconnected: 'queued',
  untested: 'cancelling',
  connected: 'completed',
  refused: 'failed',
  unreadable: 'failed',
};

function Facts({ source: { abilities, cost, connection } }: { source: SourceState }) {
  const facts: [string, string][] = [['Gives', capital(abilityWords(abilities))]];
  if (connection?.status === 'unconnected' && connection.without !== undefined) {
    facts.push(['Without connecting', connection.without]);
  }
  const missing = connection && missingWords(connection);
  if (missing) facts.push(['Not yet', missing]);
  if (cost !== undefined) facts.push(['Costs', cost]);
  return <TextFacts facts={facts} />;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

interface PartProps {
  name: string;
  connection: ConnectionState;
  now: Date;
  refused?: RefusedForm;
}

function LiveConnection({ name, connection, now, refused }: PartProps): JSX.Element {
  const { budget } = connection;
  return (
    <>
      <Outcome connection={connection} now={now} />
      {budget !== undefined && (budget.inUse || budget.cap !== undefined) && (
        <BudgetPart
          source={name}
          budget={budget}
          refused={refused?.values.method === undefined ? refused : undefined}
        />
      )}
    </>
  );
}

function ConnectionForms({ name, connection, refused }: Omit<PartProps, 'now'>): JSX.Element {
  const { methods, method } = connection;
  return (
    <>
      <Actions name={name} connection={connection} />
      {methods.map((each) => (
        <ConnectForm
          source={name}
          method={each}
          current={method}
          refused={refused?.values.method === each.name ? refused : undefined}
        />
      ))}
    </>
  );
}

/** What the last test has found, unless the state says it already. */
function Outcome({ connection, now }: Pick<PartProps, 'connection' | 'now'>): JSX.Element {
  const { test } = connection;
  const detail = connectionDetail(connection);
  const problem = connectionProblem(connection);
  if (problem !== '') {
    return (
      <div class="result standing-problem">
        <p safe>{problem}</p>
        {test !== undefined && <p class="field-help">Tested {relativeTime(test.at, now)}</p>}
      </div>
    );
  }
  if (test === undefined) return '';
  return (
    <div>
      {detail !== '' && (
        <p class="source-detail" safe>
          {detail}
        </p>
      )}
      <p class="field-help">Tested {relativeTime(test.at, now)}</p>
    </div>
  );
}

function Actions({ name, connection }: Pick<PartProps, 'name' | 'connection'>): JSX.Element {
  const isConnected = connection.method !== undefined;
  if (!isConnected && connection.without === undefined) return '';
  const address = urlTo(`/api/sources/${name}`);
  return (
    <div class="source-actions">
      <PostForm action={`${address}/test`} target="find .form-result">
        <button type="submit">Test the connection</button>
        <div class="form-result" />
      </PostForm>
      {isConnected && <RemoveForm action={`${address}/credentials/remove`} />}
    </div>
  );
}

/** Folded: the first press only asks, with and without a script. */
function RemoveForm({ action }: { action: string }): JSX.Element {
  return (
    <details class="remove-credentials" data-changes="remove">
      <summary>Remove the credentials…</summary>
      <PostForm action={action} target="find .form-result">
        <p class="field-help">They cannot be shown or restored. What was collected stays.</p>
        <button type="submit">Remove them</button>
        <div class="form-result" />
      </PostForm>
    </details>
  );
}
