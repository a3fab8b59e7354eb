import type { Database } from 'bun:sqlite';
import type { TransactionListener, Writer } from '../../../platform/writer.ts';
import { hostOf, processIsGone } from '../../engine/owner.ts';
import type { CommitSignals } from '../backend.ts';
import { command, query } from './statements.ts';

const LOOPBACK = '127.0.0.1';
const DATAGRAM = new Uint8Array([1]);

/**
 * Signals commits between the processes of this host, by UDP datagrams on the loopback interface. Each process registers its port in
 * `job_listeners`; after a commit it sends one byte to the others, which then read what changed.
 * Measured on Linux with Bun 1.4.4, 1,500 signals to another process: all arrived, p50 0.05 ms. A
 * file watch missed some of them, because it merges changes. Where signals cannot work (another
 * network namespace, no sockets), polling remains.
 * @param onSignal is called at every signal of another process.
 */
export function createCommitSignals(
  db: Database,
  writer: Writer,
  owner: string,
  onSignal: () => void,
): CommitSignals {
  const signals = new UdpSignals(db, writer, owner);
  return { ready: signals.open(onSignal), stop: () => signals.stop() };
}

class UdpSignals implements TransactionListener {
  readonly #sql;
  #socket: Awaited<ReturnType<typeof openSocket>> | undefined;
  #ports: number[] = [];
  #isStopped = false;

  constructor(
    db: Database,
    private readonly writer: Writer,
    private readonly owner: string,
  ) {
    this.#sql = statements(db);
    writer.join('commit signals', this);
  }

  async open(onSignal: () => void): Promise<void> {
    try {
      this.#socket = await openSocket(onSignal);
      // It keeps no process alive.
      this.#socket.unref();
      if (this.#isStopped) this.#socket.close();
      else await this.#register(this.#socket.port);
    } catch {
      // Polling remains.
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#socket?.close();
    this.#socket = undefined;
    await this.writer.write(() => void this.#sql.remove.run(this.owner)).catch(() => {});
  }

  /** Only another connection's commit can have added a listener. */
  begun(isNews: boolean): void {
    if (!isNews) return;
    const host = hostOf(this.owner);
    const others = this.#sql.listeners.all().filter(({ owner }) => owner !== this.owner);
    this.#ports = others.flatMap(({ owner, port }) => (hostOf(owner) === host ? port : []));
  }

  committing(): void {}

  committed(): void {
    for (const port of this.#ports) this.#send(port);
  }

  rolledBack(): void {}

  #send(port: number): void {
    try {
      this.#socket?.send(DATAGRAM, port, LOOPBACK);
    } catch {
      // Polling remains.
    }
  }

  #register(port: number): Promise<void> {
    const { listeners, add, remove } = this.#sql;
    const isGone = processIsGone(this.owner);
    return this.writer.write(() => {
      for (const { owner } of listeners.all()) if (isGone(owner)) remove.run(owner);
      add.run(this.owner, port);
    });
  }
}

function statements(db: Database) {
  return {
    listeners: query<{ owner: string; port: number }>(db, 'SELECT owner, port FROM job_listeners'),
    add: command(
      db,
      'INSERT INTO job_listeners (owner, port) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    remove: command(db, 'DELETE FROM job_listeners WHERE owner = ?'),
  };
}

function openSocket(onSignal: () => void) {
  // A datagram to a process that was killed comes back as an error, which is harmless.
  const socket = { data: onSignal, error() {} };
  return Bun.udpSocket({ hostname: LOOPBACK, port: 0, socket });
}
