import { connect, createServer, type Socket } from 'node:net';

/**
 * Passes connections on to a port and can lose a response, as when xgpt is killed after it has done
 * what was requested.
 */
export async function startRelay(target: number) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let loses: RegExp | undefined;

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let losing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (piece: Buffer) => {
      const line = /^[A-Z]+ \S+(?= HTTP\/1)/.exec(piece.toString('latin1'))?.[0];
      if (line) requests.push(line);
      losing ||= line !== undefined && (loses?.test(line) ?? false);
      if (losing) loses = undefined;
      upstream.write(piece);
    });
    upstream.on('data', (piece: Buffer) => {
      if (losing) client.destroy();
      else client.write(piece);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    /** Method and path of each request so far. */
    requests,
    /** Closes the connection instead of the response to the next request like this. */
    loseNext: (request: RegExp) => {
      loses = request;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
