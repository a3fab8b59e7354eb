import type { JobStatus } from '../../src/jobs/lifecycle.ts';
import type { ConnectionState, SourceState } from '../../src/sources/source_state.ts';
import { sourceTitle } from '../../src/text/format.ts';
import {
  abilityWords,
  connectionProblem,
  connectionWords,
  limitWords,
} from '../../src/text/source_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { TextFacts } from '../facts.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { StatusLabel } from '../jobs/status_icon.tsx';
import { Page } from '../layouts/page.tsx';
import { BudgetPart } from '../sources/budget_part.tsx';
import { ConnectForm } from '../sources/connect_form.tsx';
import { relativeTime } from '../time.tsx';
import type { Layout } from '../view_models.ts';

interface ListProps {
  sources: SourceState[];
  now: Date;
}

/** Every source with its state, and how it is connected. */
export function SourcesPage({ layout, sources }: { layout: Layout; sources: SourceState[] }) {
  return (
    <Page title="Sources" current="/sources" layout={layout}>
      <h1>Sources</h1>
      <p class="page-lead">
        Where posts and people come from. Credentials are sealed in the database and never shown
        again.
      </p>
      <SourceList sources={sources} now={layout.now} />
    </Page>
  );
}

/** Those that can be connected first. */
export function SourceList({ sources, now }: ListProps): JSX.Element {
  const sorted = sources.toSorted(
    (one, other) => Number(!one.connection) - Number(!other.connection),
  );
  return (
    <div class="sources">
      {sorted.map((source) => (
        <SourceCard source={source} now={now} />
      ))}
    </div>
  );
}

interface CardProps {
  source: SourceState;
  now: Date;
  /** The answer to one of its forms: it takes the place of the card on the page. */
  isUpdate?: boolean;
}

export function SourceCard({ source, now, isUpdate = false }: CardProps): JSX.Element {
  const { name, connection } = source;
  return (
    <section
      class="panel source"
      id={`source-${name}`}
      aria-labelledby={`source-${name}-title`}
      hx-swap-oob={isUpdate ? 'true' : undefined}
    >
      <div class="source-head">
        <h2 id={`source-${name}-title`} safe>
          {sourceTitle(source)}
        </h2>
        <p class="source-state" {...(isUpdate && { tabindex: '-1', autofocus: true })}>
          <State connection={connection} />
        </p>
      </div>
      <Facts source={source} />
      {connection ? (
        <ConnectionPart name={name} connection={connection} now={now} />
      ) : (
        <p class="field-help">Needs no credentials.</p>
      )}
    </section>
  );
}

function State({ connection }: { connection: ConnectionState | undefined }): JSX.Element {
  if (!connection) return <StatusLabel status="completed" word="Ready" />;
  const limited = limitWords(connection);
  return (
    <>
      <StatusLabel status={ICONS[connection.status]} word={connectionWords(connection)} />
      {limited !== '' && <StatusLabel status="retrying" word={limited} />}
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
  if (connection && connection.missing.length > 0) {
    facts.push(['Connect it for', capital(abilityWords(connection.missing))]);
  }
  if (cost !== undefined) facts.push(['Costs', cost]);
  return <TextFacts facts={facts} />;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

interface PartProps {
  name: string;
  connection: ConnectionState;
  now: Date;
}

function ConnectionPart({ name, connection, now }: PartProps): JSX.Element {
  const { budget, methods, method } = connection;
  return (
    <>
      <Outcome connection={connection} now={now} />
      {budget !== undefined && (budget.inUse || budget.cap !== undefined) && (
        <BudgetPart source={name} budget={budget} />
      )}
      <Actions name={name} isConnected={method !== undefined} />
      {methods.map((each) => (
        <ConnectForm source={name} method={each} replaces={method !== undefined} />
      ))}
    </>
  );
}

/** What the last test has found, unless the state says it already. */
function Outcome({ connection, now }: Omit<PartProps, 'name'>): JSX.Element {
  const { test } = connection;
  const problem = connectionProblem(connection);
  if (problem !== '') {
    return (
      <div class="result error">
        <p safe>{problem}</p>
        {test !== undefined && <p class="field-help">Tested {relativeTime(test.at, now)}</p>}
      </div>
    );
  }
  return test === undefined ? '' : <p class="field-help">Tested {relativeTime(test.at, now)}</p>;
}

function Actions({ name, isConnected }: { name: string; isConnected: boolean }): JSX.Element {
  const address = urlTo(`/api/sources/${name}`);
  return (
    <div class="source-actions">
      <PostForm action={`${address}/test`} target="find .form-result">
        <button type="submit">Test the connection</button>
        <div class="form-result" />
      </PostForm>
      {isConnected && (
        <PostForm action={`${address}/credentials/remove`} target="find .form-result">
          <button type="submit" class="quiet">
            Remove the credentials
          </button>
          <div class="form-result" />
        </PostForm>
      )}
    </div>
  );
}
