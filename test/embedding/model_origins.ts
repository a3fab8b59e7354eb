/** Servers on loopback that hand out the cached model as the package registry and the hub do. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { FOLDER_IN_TARBALL, MODEL_FILES } from '../../src/embedding/local/manifest.ts';
import { CACHED_MODEL } from '../support/model_cache.ts';

export interface Origin {
  url: string;
  /** The path of each request, in order. */
  requests: string[];
  /** What the next requests are answered; by default, what is asked for. */
  answer: (request: Request, path: string) => Response | Promise<Response>;
  stop(): void;
}

function serve(whatIsAsked: Origin['answer']): Origin {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    fetch(request) {
      const path = new URL(request.url).pathname;
      origin.requests.push(path);
      return origin.answer(request, path);
    },
  });
  const origin: Origin = {
    url: `http://127.0.0.1:${server.port}`,
    requests: [],
    answer: whatIsAsked,
    stop: () => server.stop(true),
  };
  return origin;
}

export function serveHub(): Origin {
  return serve((_, path) => new Response(Bun.file(join(CACHED_MODEL, path))));
}

export function serveTarball(tarball: Uint8Array<ArrayBuffer>): Origin {
  return serve(() => new Response(tarball));
}

/** A package's tarball with the model in it, and other files before, between and after. */
export async function packModel(files = MODEL_FILES): Promise<Uint8Array<ArrayBuffer>> {
  const archive = pack();
  const packed = new Response(archive as unknown as ReadableStream).bytes();
  archive.entry({ name: 'package/package.json' }, '{}');
  for (const { path } of files) {
    const bytes = await Bun.file(join(CACHED_MODEL, path)).bytes();
    archive.entry({ name: `${FOLDER_IN_TARBALL}/${path}` }, Buffer.from(bytes));
    archive.entry({ name: `package/other/${path}` }, 'not this one');
  }
  archive.entry({ name: 'package/../../outside.txt' }, 'not this one either');
  archive.finalize();
  return new Uint8Array(gzipSync(await packed, { level: 1 }));
}
