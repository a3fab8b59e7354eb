import { type Config, InvalidConfig } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { asSentence } from '../text/sentence.ts';
import { canOpen, RESERVED_DESCRIPTORS } from './descriptors.ts';

/** How long an idle connection is kept, in seconds. */
const IDLE_SECONDS = 30;

/** How often descriptors are counted: usually, and soon after they ran out, in ms. */
const POLL_MS = { usual: 500, watchful: 50 };

/** How long it stays watchful: whoever has used up the descriptors may do it again, in ms. */
const WATCHFUL_MS = 10_000;

/** The shortest time without new connections, in ms. */
const PAUSE_MS = 250;

export interface ListenerOptions {
  config: Pick<Config, 'host' | 'port'>;
  logger: Logger;
}

type Fetch = (request: Request) => Response | Promise<Response>;

/** What answers the requests. */
export interface Answering {
  fetch: Fetch;
  /** Called with the server that accepts connections from now on. */
  onServer(server: Bun.Server<unknown>): void;
  /** Called repeatedly while descriptors are short. */
  onShortage(): void;
}

/**
 * Accepts connections while descriptors are left. Bun 1.4.4 does not stop accepting when the system
 * has none: it tries again all the time, which takes a whole core. A shortage therefore closes the
 * listening socket and the idle connections; requests and streams go on.
 *
 * It listens before there is an app: whoever connects meanwhile is answered when `answerWith` is called,
 * rather than refused.
 */
export class Listener {
  #server: Bun.Server<unknown> | undefined;
  /** They do not accept connections any more, but answer what is open. */
  #earlier: Bun.Server<unknown>[] = [];
  #timer: Timer | undefined;
  #watchfulUntil = 0;
  #answering: Answering | undefined;
  readonly #begun = Promise.withResolvers<void>();
  readonly #port: number;
  readonly url: URL;

  /** @throws InvalidConfig when the address cannot be listened on. */
  constructor(private readonly options: ListenerOptions) {
    try {
      const server = this.#listen(options.config.port);
      this.#port = server.port ?? options.config.port;
      this.url = server.url;
    } catch (cause) {
      throw unusable(options.config, cause as NodeJS.ErrnoException);
    }
    this.#schedule(POLL_MS.usual);
  }

  /** Answers requests from now on, and those that have arrived. */
  answerWith(answering: Answering): void {
    this.#answering = answering;
    if (this.#server) answering.onServer(this.#server);
    this.#begun.resolve();
  }

  get pendingRequests(): number {
    return this.#server?.pendingRequests ?? 0;
  }

  /** Closes all connections. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const servers = [...this.#earlier, this.#server].filter((server) => server !== undefined);
    await Promise.all(servers.map((server) => server.stop(true)));
  }

  #listen(port: number): Bun.Server<unknown> {
    const server = Bun.serve({
      hostname: this.options.config.host,
      port,
      // Otherwise two servers on one port would each get some of its requests.
      reusePort: false,
      // Each route limits its own body with a message; Bun would answer without one.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: IDLE_SECONDS,
      development: false,
      // The app answers its own errors; this is in place of a page of the runtime.
      error: () => new Response('Internal error.\n', { status: 500 }),
      fetch: (request) => this.#answering?.fetch(request) ?? this.#answerLater(request),
    });
    this.#server = server;
    this.#answering?.onServer(server);
    return server;
  }

  async #answerLater(request: Request): Promise<Response> {
    await this.#begun.promise;
    return (this.#answering as Answering).fetch(request);
  }

  /** The timer keeps the process alive while nothing listens. */
  #schedule(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), ms);
  }

  #check(): void {
    const now = performance.now();
    if (!canOpen(RESERVED_DESCRIPTORS)) {
      this.#watchfulUntil = now + WATCHFUL_MS;
      this.#pause();
      this.#answering?.onShortage();
      this.#schedule(PAUSE_MS);
      return;
    }
    this.#resume();
    this.#schedule(now < this.#watchfulUntil ? POLL_MS.watchful : POLL_MS.usual);
  }

  #pause(): void {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    void server.stop();
    this.#earlier = this.#earlier.filter(({ pendingRequests }) => pendingRequests > 0);
    this.#earlier.push(server);
  }

  #resume(): void {
    if (this.#server) return;
    try {
      this.#listen(this.#port);
    } catch (error) {
      // Another program has the port now; it is tried again.
      this.options.logger.error('Connections cannot be accepted.', { error });
    }
  }
}

function unusable(
  { host, port }: Pick<Config, 'host' | 'port'>,
  cause: NodeJS.ErrnoException,
): InvalidConfig {
  const advice =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} is in use. Stop the program that uses it, or set PORT to another one.`
      : `Cannot listen on ${host}, port ${port}: ${asSentence(cause.message)} Set HOST to an address of this machine, and PORT to a port that you may use.`;
  return new InvalidConfig(advice, { cause });
}
