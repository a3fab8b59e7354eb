interface Route {
  method: string;
  path: string;
}

/**
 * Returns the methods that a path supports; none if there is no such path.
 * @param routes called on first use, when all routes exist.
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

/** The pattern of a route such as `/api/jobs/:id/cancel` or `/assets/*`. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
