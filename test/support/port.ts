/** Below those that systems hand out by themselves, which begin at 32,768 or later. */
const PORTS = { first: 20_000, count: 12_000 };

/**
 * A free port for a server that is to be started on it again: one that nobody else is given while
 * the server is down.
 */
export function lastingPort(): string {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    try {
      Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop();
      return String(port);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    }
  }
}
