/** Below the ephemeral ports of the system, which start at 32,768 or higher. */
const PORTS = { first: 20_000, count: 12_000 };

/**
 * A free port for a server that will be restarted on it: the system assigns it to no other program
 * while the server is down.
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
