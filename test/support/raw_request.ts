/**
 * Sends one request as its bytes, because `fetch` completes and normalises what it sends.
 * @returns everything that arrived until the server closed the connection.
 */
export function sendRaw(port: number, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        open: (socket) => void socket.write(`${lines.join('\r\n')}\r\n\r\n`),
        data: (_, piece) => {
          answer += piece.toString();
        },
        close: () => resolve(answer),
      },
    }).catch(reject);
  });
}
