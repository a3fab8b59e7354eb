/**
 * A server in a separate process that reads one upload slowly and answers with its fields, the number
 * of bytes of the file, and the growth of the process meanwhile. Prints its address.
 */
import { readMultipart } from '../../src/web/http/multipart.ts';

const PAUSE_EVERY = 4e6;

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  maxRequestBodySize: 1e9,
  async fetch(request) {
    Bun.gc(true);
    const before = process.memoryUsage.rss();
    let bytes = 0;
    let growth = 0;
    const fields = await readMultipart(request, async ({ stream }) => {
      for await (const piece of stream) {
        const pause =
          Math.floor(bytes / PAUSE_EVERY) !== Math.floor((bytes + piece.length) / PAUSE_EVERY);
        bytes += piece.length;
        if (!pause) continue;
        growth = Math.max(growth, process.memoryUsage.rss() - before);
        await Bun.sleep(1);
      }
    });
    return Response.json({ fields, bytes, growth });
  },
});

console.log(server.url.href);
