import type { SourceOption } from '../../../views/view_models.ts';
import type { Job } from '../../jobs/index.ts';
import type { Operation } from '../../operations/index.ts';
import type { Price } from '../../operations/sentences.ts';
import type { Costs } from '../../sources/connection.ts';
import { abilitiesOf, missingUnconnected } from '../../sources/source_state.ts';
import { mismatch } from '../../text/usernames.ts';
import type { FirstDeps, JobDeps } from '../deps.ts';

/** The source that reads uploaded files: what it is asked for is a file, not a name. */
const FILES = 'archive';

type OptionDeps = Pick<FirstDeps, 'sources' | 'connections'>;

/** All sources, as the forms of a type offer them. */
export function sourceOptions(
  deps: OptionDeps,
  { words }: Pick<Operation, 'words'>,
): SourceOption[] {
  const ability = words.ability ?? 'posts';
  return [...deps.sources.values()].map((source) => {
    const stored = source.connection && deps.connections.credentials.stored(source.name);
    // What reads no source needs no connection: what was collected is deleted without one.
    const isMissing = words.readsSource && !stored && missingUnconnected(source).includes(ability);
    const { name, label, pageMs, pageSize } = source;
    const method = source.connection?.methods.find((one) => one.name === stored?.method);
    const { costs, ...pace } = method?.pace?.[ability] ?? {};
    const price = words.readsSource && method?.paid && priceOf(deps, name, method.paid, costs);
    return {
      name,
      label,
      pageMs,
      pageSize,
      ...pace,
      ...(isMissing && { needsConnection: true }),
      ...(price && { price }),
    };
  });
}

function priceOf(
  { connections }: OptionDeps,
  source: string,
  paid: Price,
  costs: Costs | undefined,
): Price {
  const left = connections.budgets.left(source);
  return left === undefined
    ? { ...paid, hasNoBudget: true }
    : { ...paid, budget: { left, ...costs } };
}

/** Those of the newest jobs name the source that a form begins with: people stay with a source. */
export function lastSource(jobs: Job[], options: SourceOption[]): string | undefined {
  for (const { metadata } of jobs) {
    const source = options.find(({ name }) => name === metadata?.source);
    if (source && source.name !== FILES && !source.needsConnection) return source.name;
  }
  return undefined;
}

/**
 * Where else a job that failed for good could be tried: a name that one source does not know is often
 * known to another.
 */
export function otherSources(deps: OptionDeps & Pick<JobDeps, 'operations'>, job: Job) {
  const operation = deps.operations.get(job.type);
  const { source: asked, username } = job.metadata ?? {};
  if (job.failure !== 'permanent' || !operation?.words.readsSource) return {};
  const ability = operation.words.ability ?? 'posts';
  const able = sourceOptions(deps, operation).filter(({ name }) => {
    const source = deps.sources.get(name);
    return name !== FILES && source && abilitiesOf(source).includes(ability);
  });
  const canHave = ({ name, label }: SourceOption) =>
    typeof username !== 'string' || mismatch(username, name, label) === undefined;
  const isLive = typeof asked === 'string' && deps.sources.get(asked)?.connection !== undefined;
  return {
    ...(isLive && { connection: able.find(({ name }) => name === asked) }),
    others: able.filter(
      (other) =>
        asked !== FILES && other.name !== asked && other.name !== 'sample' && canHave(other),
    ),
  };
}
