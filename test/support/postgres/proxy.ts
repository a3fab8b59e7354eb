/** One side of a connection: to the client, or to the server. */
interface Side {
  other: Bun.Socket<Side> | undefined;
  waiting: Buffer[];
  /** What comes from this side is lost. */
  isMute: boolean;
  /** The client listens to notifications over it. */
  isListening: boolean;
}

const newSide = (other?: Bun.Socket<Side>): Side => ({
  other,
  waiting: [],
  isMute: false,
  isListening: false,
});

/** Stands between clients and a server of PostgreSQL, and does to their connections what networks do. */
class PostgresProxy {
  readonly #clients = new Set<Bun.Socket<Side>>();
  readonly #server: { hostname: string; port: number };
  #listener: Bun.TCPSocketListener<Side> | undefined;
  readonly #port: number;
  #isLosing = false;

  constructor(private readonly of: string) {
    const { hostname, port } = new URL(of);
    this.#server = { hostname, port: Number(port) };
    this.#listener = this.#listen(0);
    this.#port = this.#listener.port;
  }

  /** Of the database, through this proxy. */
  get address(): string {
    const through = new URL(this.of);
    through.port = String(this.#port);
    return through.href;
  }

  /** The answer to the next commit is lost, and its connection with it. */
  loseNextCommit(): void {
    this.#isLosing = true;
  }

  /** Connections that listen hear nothing more, and stay open. @returns how many there are */
  deafen(): number {
    const listening = [...this.#clients].filter(({ data }) => data.isListening);
    for (const { data } of listening) if (data.other) data.other.data.isMute = true;
    return listening.length;
  }

  /** Nothing that the server says arrives any more, on any connection that is open. */
  mute(): void {
    for (const { data } of this.#clients) if (data.other) data.other.data.isMute = true;
  }

  /** Ends all connections, and takes no more until `restore`. */
  cut(): void {
    this.#listener?.stop(true);
    this.#listener = undefined;
    for (const client of this.#clients) client.terminate();
  }

  restore(): void {
    this.#listener ??= this.#listen(this.#port);
  }

  [Symbol.dispose](): void {
    this.cut();
  }

  #listen(port: number): Bun.TCPSocketListener<Side> {
    return Bun.listen<Side>({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (client) => this.#open(client),
        data: (client, bytes) => this.#fromClient(client, bytes),
        close: (client) => {
          this.#clients.delete(client);
          client.data.other?.end();
        },
      },
    });
  }

  async #open(client: Bun.Socket<Side>): Promise<void> {
    client.data = newSide();
    this.#clients.add(client);
    const server = await Bun.connect<Side>({
      ...this.#server,
      data: newSide(client),
      socket: { data: forward, close: ({ data }) => void data.other?.end() },
    });
    client.data.other = server;
    for (const bytes of client.data.waiting) server.write(bytes);
  }

  #fromClient(client: Bun.Socket<Side>, bytes: Buffer): void {
    forward(client, bytes);
    if (bytes.includes('LISTEN ')) client.data.isListening = true;
    if (!this.#isLosing || !bytes.includes('COMMIT\0')) return;
    this.#isLosing = false;
    if (client.data.other) client.data.other.data.isMute = true;
    // The server has long committed.
    setTimeout(() => client.terminate(), 200);
  }
}

function forward({ data }: Bun.Socket<Side>, bytes: Buffer): void {
  if (data.isMute) return;
  if (data.other) data.other.write(bytes);
  else data.waiting.push(bytes);
}

/** @param address of a database. */
export function proxyTo(address: string): PostgresProxy {
  return new PostgresProxy(address);
}
