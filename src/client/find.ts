import { createAsk, expectSuccess, readJson, type SendRequest } from './api.ts';

/** What to find, as on the page: see the operators in docs/find.md. */
export interface FindOptions {
  q?: string;
  author?: string;
  source?: string;
  /** A date: `2026-01-31`, `2025-05`, `yesterday`, `7d` for seven days ago, or a time. */
  since?: string | Date;
  /** The same; inclusive. */
  until?: string | Date;
  /** Default: `best`, which fuses words and meaning. */
  by?: 'best' | 'words' | 'meaning';
  /** Default: `best`. */
  sort?: 'best' | 'newest';
  /** Posts like this one: `sample:42`. */
  like?: string;
  /** Only posts that were collected since: `after` of `openFind`. */
  after?: number;
}

/** A post as the server sends it. */
export interface CollectedPost {
  source: string;
  id: string;
  kind: 'post' | 'reply' | 'repost';
  author: string;
  authorName: string;
  text: string;
  /** ISO 8601. */
  createdAt: string;
  url?: string;
  /** Nearness in meaning, from -1 to 1. Absent when it was not compared. */
  similarity?: number;
  [field: string]: unknown;
}

export interface FoundPage {
  posts: (CollectedPost & {
    /** Where the text has the words, in UTF-16 units. */
    marks: { from: number; to: number }[];
    /** Where else it has them, such as `authorName`, `link` or `media`; `index` is that of the link. */
    places?: { in: string; index?: number; text: string; marks: { from: number; to: number }[] }[];
    why: { words?: true; someWords?: true; meaning?: true };
  })[];
  /** The number of posts found; at least that many when `isCapped`. */
  total: number;
  isCapped?: true;
  /** On the last page: how many more were found, of which only the best are listed. */
  unranked?: number;
  /** The query as it was understood, in words. */
  understood: string;
  /** What was typed, with similar words for those that no post has. */
  didYouMean?: string;
  notes?: string[];
  nextCursor?: string;
}

/** A find that is kept under a name. */
export interface SavedFind {
  id: number;
  name: string;
  /** What to find, as it was saved: for `find` and `findAll`. */
  query: FindOptions;
  /** The query as it is understood, in words. */
  understood: string;
  /**
   * How many posts match that were collected since it was last opened; at least so many when `isCapped`.
   * Absent for a find by meaning alone.
   */
  newPosts?: { count: number; isCapped: boolean };
  /** Of `openFind`: `find({ ...query, after })` has the posts that were new until then. */
  after?: number;
  /** Field → why the server cannot answer it any more. */
  problems?: Record<string, string>;
  /** ISO 8601. */
  createdAt: string;
  /** When it was last opened or saved, in ISO 8601. */
  openedAt: string;
}

export interface Finder {
  /** One page. @throws RequestError */
  find(options: FindOptions & { limit?: number; cursor?: string }): Promise<FoundPage>;
  /** Every post found, as it arrives; however many there are. @throws RequestError */
  findAll(options: FindOptions): AsyncGenerator<CollectedPost>;
  /** The saved finds, by name. @throws RequestError */
  finds(): Promise<SavedFind[]>;
  /**
   * Saves a find under a name, in place of another of that name with `replace`.
   * @throws RequestError with the code `name_taken` when another find has the name.
   */
  saveFind(find: FindOptions & { name: string; replace?: boolean }): Promise<SavedFind>;
  /**
   * Counts posts as new from now on. Returns the find as it was before.
   * @throws RequestError with the code `find_invalid` when the server cannot answer it any more.
   */
  openFind(id: number): Promise<SavedFind>;
  /**
   * Gives a saved find another name.
   * @throws RequestError with the code `name_taken` when another find has it.
   */
  renameFind(id: number, name: string): Promise<SavedFind>;
  /** Removes a saved find; its posts stay. @throws RequestError */
  removeFind(id: number): Promise<SavedFind>;
}

export function createFinder(send: SendRequest, signal?: AbortSignal): Finder {
  const get = (options: object, accept: string) =>
    send(`api/find?${queryOf(options)}`, { accept, ...(signal && { signal }) }).then(expectSuccess);
  return {
    ...createSavedFinds(send, signal),
    find: async (options) =>
      (await readJson(await get(options, 'application/json'))) as unknown as FoundPage,
    async *findAll(options) {
      const { body } = await get(options, 'application/x-ndjson');
      for await (const line of linesOf(body)) yield JSON.parse(line) as CollectedPost;
    },
  };
}

function createSavedFinds(
  send: SendRequest,
  signal?: AbortSignal,
): Pick<Finder, 'finds' | 'saveFind' | 'openFind' | 'renameFind' | 'removeFind'> {
  const ask = createAsk(send, signal);
  return {
    finds: async () => (await ask('api/finds', 'GET')).finds as SavedFind[],
    saveFind: async (find) => (await ask('api/finds', 'POST', find)).find as SavedFind,
    openFind: async (id) => (await ask(`api/finds/${id}/open`, 'POST')).find as SavedFind,
    renameFind: async (id, name) =>
      (await ask(`api/finds/${id}/rename`, 'POST', { name })).find as SavedFind,
    removeFind: async (id) => (await ask(`api/finds/${id}`, 'DELETE')).find as SavedFind,
  };
}

function queryOf(options: object): URLSearchParams {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    await reader.cancel();
  }
}
