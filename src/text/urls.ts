let base = '';

/** Sets the path under which browsers see the server: `/xgpt`, or empty for the root of its host. */
export function setBasePath(path: string): void {
  base = path;
}

/** The path under which browsers see the server, without a slash at the end; empty for the root. */
export function basePath(): string {
  return base;
}

/**
 * The URL of a path of this server, for links, forms, redirects and headers: `/jobs` becomes
 * `/xgpt/jobs` when `XGPT_BASE_PATH` is `/xgpt`. Apply it once, where the path is written.
 */
export function urlTo(path: `/${string}`): string {
  return base + path;
}

/** The path that `urlTo` was given for this pathname; undefined if it is not below the base path. */
export function withoutBasePath(pathname: string): `/${string}` | undefined {
  if (pathname === base) return '/';
  return pathname.startsWith(`${base}/`)
    ? (pathname.slice(base.length) as `/${string}`)
    : undefined;
}
