import type { StoredProfile } from '../../../src/library/library.ts';
import { type Field, fieldsOf as fieldsOfInput } from '../../../src/operations/fields.ts';
import { loadInput } from '../../../src/operations/folders.ts';
import { OPERATION_TYPES, wordsOf } from '../../../src/operations/words.ts';
import { loadConfig } from '../../../src/platform/config.ts';
import { createSources } from '../../../src/sources/index.ts';
import type { Post } from '../../../src/sources/post.ts';
import { usableSources } from '../../../views/forms/sources.ts';
import { withInitialValues } from '../../../views/forms/start_form.tsx';
import type {
  DashboardModel,
  FindModel,
  Layout,
  QuickStart,
  SourceOption,
  StartModel,
} from '../../../views/view_models.ts';
import { ago, NOW } from '../job_view.ts';

/** What nobody may ever be able to say on a page of ours. */
export const HOSTILE = '"><script>alert(1)</script><marquee title="';

export const LAYOUT: Layout = {
  taskbar: { jobs: [], now: NOW },
  theme: 'auto',
  taskbarChoice: 'auto',
  notices: [],
  now: NOW,
};

export const SAMPLE: SourceOption = {
  name: 'sample',
  label: 'the synthetic sample',
  pageMs: 150,
  pageSize: 20,
};

export const ARCHIVE: SourceOption = {
  name: 'archive',
  label: 'an X data archive',
  pageMs: 0,
  pageSize: 500,
};

const INPUT_DEPS = { sources: createSources(loadConfig({})), embedder: { model: 'minilm' } };

const FIELDS = new Map<string, Field[]>();
for (const type of OPERATION_TYPES)
  FIELDS.set(type, fieldsOfInput((await loadInput(type, INPUT_DEPS))()));

/** The fields of a type. */
export function fieldsOfType(type: string): Field[] {
  return FIELDS.get(type) ?? [];
}

/** The page of a type's form, without what the type adds to it. */
export function startModel(type: string, model: Partial<StartModel> = {}): StartModel {
  const fields = fieldsOfType(type);
  const form = withInitialValues(model.form ?? { values: {}, errors: {} }, fields);
  const sources = usableSources(fields, model.sources ?? [SAMPLE, ARCHIVE]);
  return { type, fields, runs: [], parts: {}, ...model, form, sources };
}

/** The shortest forms of the four types. */
const STARTS: QuickStart[] = ['scrape', 'search', 'discover', 'embed'].map((type) => ({
  type,
  field: fieldsOfType(type).find(({ name }) => name === wordsOf(type).quick?.field),
  sources: type === 'embed' ? [] : [SAMPLE],
  unconnected: [],
}));

export function dashboardModel(model: Partial<DashboardModel> = {}): DashboardModel {
  return {
    counts: { posts: 5230, profiles: 41, vectors: 5012 },
    lastDay: { jobs: 12, failed: 0 },
    hours: Array.from({ length: 24 }, (_, index) => ({
      start: ago((23 - index) * 3600),
      completed: 0,
      failed: 0,
      cancelled: 0,
      active: 0,
    })),
    recent: [],
    starts: STARTS,
    beginnings: [],
    withoutVector: 218,
    ...model,
  };
}

export function post(fields: Partial<Post> = {}): Post {
  return {
    source: 'sample',
    id: '1',
    kind: 'post',
    author: 'aurora_lab',
    authorName: 'Aurora Lab',
    text: 'First light over the fjord.',
    createdAt: ago(3600),
    links: [],
    media: [],
    ...fields,
  };
}

export function findModel(posts: Post[], model: Partial<FindModel> = {}): FindModel {
  return {
    query: { q: '', by: 'best', sort: 'best' },
    found: {
      posts: posts.map((one) => ({ marks: [], why: {}, ...one })),
      total: posts.length,
      understood: '',
    },
    problems: {},
    typed: {},
    sources: ['sample', 'archive'],
    seen: 1,
    since: 0,
    busy: false,
    isEmpty: false,
    saved: [],
    ...model,
  };
}

export function profile(fields: Partial<StoredProfile> = {}): StoredProfile {
  return {
    source: 'sample',
    id: '1',
    username: 'aurora_lab',
    name: 'Aurora Lab',
    bio: 'Northern lights.',
    postsHeld: 1000,
    ...fields,
  };
}

interface Found {
  tag: string;
  attributes: Record<string, string>;
}

/** Every element that a CSS selector finds, in order, read by a real HTML parser. */
export function elements(markup: unknown, selector: string): Found[] {
  const found: Found[] = [];
  new HTMLRewriter()
    .on(selector, {
      element(element) {
        const attributes = [...element.attributes].map(([name, value]) => [name, decoded(value)]);
        found.push({ tag: element.tagName, attributes: Object.fromEntries(attributes) });
      },
    })
    .transform(String(markup));
  return found;
}

/** The attributes of the one element that the selector finds. */
export function attributesOf(markup: unknown, selector: string): Record<string, string> {
  const found = elements(markup, selector);
  if (found.length !== 1) throw new Error(`${found.length} elements are ${selector}, not one.`);
  return found[0]?.attributes ?? {};
}

/** The fields of the forms that go to that address, as they would be sent untouched. */
export function fieldsOf(markup: unknown, action: string): Record<string, string>[] {
  const forms: Record<string, string>[] = [];
  new HTMLRewriter()
    .on(`form[action="${action}"]`, { element: () => void forms.push({}) })
    .on(`form[action="${action}"] input[name]`, {
      element(input) {
        const name = input.getAttribute('name') ?? '';
        const form = forms.at(-1);
        if (form) form[name] = decoded(input.getAttribute('value') ?? '');
      },
    })
    .transform(String(markup));
  return forms;
}

function decoded(value: string): string {
  return value
    .replaceAll('&#34;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
