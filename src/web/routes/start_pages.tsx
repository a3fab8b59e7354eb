import { Elysia } from 'elysia';
import { DiscoverPage } from '../../../views/pages/discover.tsx';
import { EmbedPage } from '../../../views/pages/embed.tsx';
import { ScrapePage } from '../../../views/pages/scrape.tsx';
import { SearchPage } from '../../../views/pages/search.tsx';
import type {
  EmbedModel,
  FormState,
  SourceOption,
  StartModel,
} from '../../../views/view_models.ts';
import { listImports } from '../../sources/archive/index.ts';
import type { Sources } from '../../sources/index.ts';
import { FORM_VALUES } from '../contract/requests.ts';
import type { WebDeps } from '../deps.ts';
import { html } from '../http/responses.ts';
import { layoutOf } from './layout.ts';

/** How many of the last runs a start page lists. */
const RUNS = 8;

const EMPTY_FORM: FormState = { values: {}, errors: {} };

/** The pages with a form that starts a job. */
export function startPages(services: WebDeps) {
  const pages = new Elysia({ name: 'start pages' });
  for (const type of ['scrape', 'search', 'discover', 'embed']) {
    pages.get(
      `/${type}`,
      async ({ request, query }) => {
        const form = { ...EMPTY_FORM, values: query };
        return html((await startPage(services, request, type, form)) ?? '');
      },
      { query: FORM_VALUES, detail: { hide: true } },
    );
  }
  return pages;
}

/** The page of a type's form, with what was typed; `undefined` for a type without a page. */
export async function startPage(
  services: WebDeps,
  request: Request,
  type: string,
  form: FormState,
): Promise<JSX.Element | undefined> {
  const frame = layoutOf(request, services);
  const model = await startModel(services, type, form);
  switch (type) {
    case 'scrape':
      return ScrapePage({ frame, model });
    case 'search':
      return SearchPage({ frame, model });
    case 'discover':
      return DiscoverPage({ frame, model });
    case 'embed':
      return EmbedPage({ frame, model: await embedModel(services, model) });
    default:
      return undefined;
  }
}

async function startModel(
  { tracker, sources, importsDir }: WebDeps,
  type: string,
  form: FormState,
): Promise<StartModel> {
  return {
    form,
    sources: sourceOptions(sources),
    imports: type === 'scrape' ? await listImports(importsDir) : [],
    runs: tracker.reader.listJobs({ type, limit: RUNS }).jobs,
  };
}

async function embedModel({ library, embedder }: WebDeps, model: StartModel): Promise<EmbedModel> {
  const { model: name, dimensions, fetchBytes } = embedder;
  return {
    ...model,
    models: [{ name, dimensions, ready: await embedder.isReady(), fetchBytes }],
    postsWithoutVector: library.countWithoutVector(name),
    vectors: library.counts().vectors,
  };
}

export function sourceOptions(sources: Sources): SourceOption[] {
  return [...sources.values()].map(({ name, label, pageMs, pageSize, search, discover }) => ({
    name,
    label,
    pageMs,
    pageSize,
    canSearch: search !== undefined,
    canDiscover: discover !== undefined,
  }));
}
