import type { AnyElysia } from 'elysia';
import { basePath, withoutBasePath } from '../../text/urls.ts';

/** Reads every request before it is routed: Elysia takes the path from `request.url` only once. */
export function readIncoming(app: AnyElysia): void {
  app.wrap((handle) => (request: Request) => {
    if (basePath() !== '') stripBasePath(request);
    return handle(request);
  });
}

/** Proxies pass the base path on or remove it, so both forms of a path are routed alike. */
function stripBasePath(request: Request): void {
  const [, origin = '', pathname = '', rest = ''] =
    /^(https?:\/\/[^/?#]*)([^?#]*)(.*)$/s.exec(request.url) ?? [];
  const path = withoutBasePath(pathname);
  if (path !== undefined) setUrl(request, origin + path + rest);
}

/** A new `Request` would lose its connection: its address, its time-outs and its end. */
function setUrl(request: Request, url: string): void {
  Object.defineProperty(request, 'url', { value: url });
}
