import type { QueuedJobContext } from '../../src/jobs/index.ts';
import type { Library } from '../../src/library/index.ts';
import scrape from '../../src/operations/scrape/run.ts';
import type { Post } from '../../src/sources/post.ts';
import type { Page, PostsRequest, Source } from '../../src/sources/source.ts';

/** An account as a live network lists it, and runs of the real scrape handler that read it. */

export class Interrupted extends Error {}

/** A number from 0 to below `n`. */
export type Random = (n: number) => number;

const START = 1_700_000_000_000;

export class TimelineService {
  /** Newest first, as the network sorts them. */
  readonly listed: Post[] = [];
  pinned: Post | undefined;
  /** Pages that fail, counted from the next one. */
  failsAfter = Number.POSITIVE_INFINITY;
  requests = 0;
  /** The pages since it was emptied last. */
  readonly handedOn: Post[][] = [];
  #created = 0;

  constructor(
    private readonly random: Random,
    private readonly pageSize: number,
  ) {}

  /** A new post; several may be of the same second. */
  publish(): Post {
    const number = ++this.#created;
    const post = this.#make(number, START + Math.floor(number / 2) * 1000);
    this.listed.unshift(post);
    return post;
  }

  /** A post that claims to be older than most, and is listed where its date belongs. */
  backdate(index = this.random(this.listed.length + 1)): Post {
    const at = (this.listed[index]?.createdAt.getTime() ?? START - 60_000) + 1;
    const post = this.#make(++this.#created, at);
    const place = this.listed.findIndex(({ createdAt }) => createdAt.getTime() < at);
    this.listed.splice(place < 0 ? this.listed.length : place, 0, post);
    return post;
  }

  delete(): void {
    this.listed.splice(this.random(this.listed.length), 1);
  }

  readonly source: Source = {
    name: 'network',
    label: 'the network',
    pageSize: 5,
    pageMs: 0,
    posts: (request) => this.#pages(request),
  };

  /** Pages may be short, or empty with a cursor. The list may end with an empty page, or without one. */
  async *#pages({ cursor, signal }: PostsRequest): AsyncGenerator<Page<Post>> {
    let after = cursor;
    for (;;) {
      signal.throwIfAborted();
      this.requests++;
      if (this.failsAfter-- <= 0) throw new Interrupted('The network failed.');
      const rest = this.listed.slice(this.#indexAfter(after));
      const page = rest.slice(0, this.random(this.pageSize + 1));
      const items = after === undefined && this.pinned ? [this.pinned, ...page] : page;
      const isLast = page.length === rest.length && (rest.length === 0 || this.random(2) === 0);
      after = page.length > 0 ? String(placeOf(page.at(-1) as Post)) : (after ?? '-');
      this.handedOn.push(items);
      yield { items, cursor: isLast ? undefined : after };
      if (isLast) return;
    }
  }

  #indexAfter(cursor: string | undefined): number {
    if (cursor === undefined || cursor === '-') return 0;
    const [at, number] = cursor.split(':').map(Number) as [number, number];
    const index = this.listed.findIndex((post) => {
      const [otherAt, other] = placeOf(post).split(':').map(Number) as [number, number];
      return otherAt < at || (otherAt === at && other < number);
    });
    return index < 0 ? this.listed.length : index;
  }

  #make(number: number, at: number): Post {
    return {
      source: 'network',
      id: `at://did:plc:a/post/${number}`,
      kind: 'post',
      author: 'ada.example',
      authorId: 'did:plc:a',
      authorName: 'Ada',
      text: `post number ${number}`,
      createdAt: new Date(at),
      links: [],
      media: [],
    };
  }
}

/** Where a post stands in the list, as its cursor says it. */
function placeOf({ createdAt, id }: Post): string {
  return `${createdAt.getTime()}:${id.split('/').at(-1)}`;
}

export interface RunOptions {
  onlyNew?: boolean;
  maxTweets?: number;
  includeReplies?: boolean;
  /** Called before and after each commit; what it throws ends the attempt. */
  onCommit?: (when: 'before' | 'after') => void;
}

/** One scrape job: its checkpoint outlives the attempts, as in the database. */
export class ScrapeRun {
  readonly log: string[] = [];
  result: Awaited<ReturnType<ReturnType<typeof scrape>['run']>> | undefined;
  #checkpoint: unknown;

  constructor(
    private readonly library: Library,
    private readonly service: TimelineService,
    private readonly options: RunOptions,
  ) {}

  /** @throws what interrupted it. */
  async attempt(): Promise<void> {
    const { library, options, service } = this;
    const deps = { library, sources: new Map([['network', service.source]]), importsDir: '' };
    const run = scrape(deps as never);
    this.result = await run.run(
      {
        username: 'ada.example',
        maxTweets: options.maxTweets ?? 1_000,
        includeReplies: options.includeReplies ?? false,
        includeRetweets: false,
        onlyNew: options.onlyNew ?? false,
        source: 'network',
      } as never,
      this.#context(),
    );
  }

  #context(): QueuedJobContext {
    const run = this;
    return {
      signal: new AbortController().signal,
      checkpoint: this.#checkpoint,
      log: (line: string) => run.log.push(line),
      stage: () => {},
      updateProgress: async () => {},
      async commit(data: object, then: unknown) {
        run.options.onCommit?.('before');
        const saved = run.library.save(data);
        const state = typeof then === 'function' ? then(saved) : then;
        run.#checkpoint = JSON.parse(JSON.stringify(state?.checkpoint ?? null));
        run.options.onCommit?.('after');
        return saved;
      },
    } as never;
  }
}
