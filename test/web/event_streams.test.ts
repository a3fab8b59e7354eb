import { expect, test } from 'bun:test';
import { Elysia } from 'elysia';
import { silentLogger } from '../../src/platform/logger.ts';
import { authenticate } from '../../src/web/http/authenticate.ts';
import { EventStreams, type StreamSource } from '../../src/web/live/event_streams.ts';

/** An app without a token whose only address is a stream of that source. */
function appOf(streams: EventStreams, source: StreamSource) {
  const closing = new AbortController().signal;
  return new Elysia()
    .use(authenticate({ access: undefined, closing, logger: silentLogger, server: () => null }))
    .get('/stream', ({ request }) => streams.respond(request, null, source));
}

test('an error ends the stream and is handed on; the stream does not count as open', async () => {
  const errors: unknown[] = [];
  const streams = new EventStreams({ maxOpen: 10, onError: (error) => errors.push(error) });
  const failure = new Error('The row cannot be read.');
  const pieces = ['data: one\n\n'];
  const app = appOf(streams, {
    next() {
      const piece = pieces.shift();
      if (!piece) throw failure;
      return piece;
    },
    subscribe: () => () => {},
  });
  const response = await app.handle(new Request('http://localhost/stream'));
  expect(await response.text()).toBe('data: one\n\n');
  expect(errors).toEqual([failure]);
  expect(streams.open).toBe(0);
});
