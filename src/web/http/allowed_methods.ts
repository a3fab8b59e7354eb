interface Route {
  method: string;
  path: string;
}

/**
 * Tells the methods that an address takes, none when there is no such address.
 * @param routes read at the first question, when all of them are there.
 */
export function createAllowedMethods(routes: () => readonly Route[]) {
  let patterns: { method: string; pattern: RegExp }[] | undefined;
  return (pathname: string): string[] => {
    patterns ??= routes().map(({ method, path }) => ({ method, pattern: patternOf(path) }));
    const fitting = patterns.filter(({ pattern }) => pattern.test(pathname));
    const methods = new Set(fitting.map(({ method }) => method));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  };
}

/** Of a route such as `/api/jobs/:id/cancel` or `/assets/*`. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
