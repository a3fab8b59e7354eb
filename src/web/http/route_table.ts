interface Route {
  method: string;
  path: string;
  hooks?: { response?: unknown };
}

/** What is known of an address before its route has run. */
export interface RouteTable {
  /** The methods that a path supports; none if there is no such path. */
  methodsOf(pathname: string): string[];
  /** Whether a request to it starts a job: whether its route states 202 as an answer. */
  startsJob(method: string, pathname: string): boolean;
}

/** @param routes those that exist by now. */
export function createRouteTable(routes: () => readonly Route[]): RouteTable {
  let table: (Route & { pattern: RegExp })[] = [];

  function fitting(pathname: string) {
    const known = routes();
    // Most of them are added after the first page has been answered.
    if (known.length !== table.length)
      table = known.map((route) => ({ ...route, pattern: patternOf(route.path) }));
    return table.filter(({ pattern }) => pattern.test(pathname));
  }

  return {
    methodsOf: (pathname) => {
      const methods = new Set(fitting(pathname).map(({ method }) => method));
      if (methods.has('GET')) methods.add('HEAD');
      return [...methods].sort();
    },
    startsJob: (method, pathname) =>
      fitting(pathname).some((route) => route.method === method && '202' in answersOf(route)),
  };
}

/** The answers that a route states, by status. */
function answersOf({ hooks }: Route): object {
  return typeof hooks?.response === 'object' && hooks.response !== null ? hooks.response : {};
}

/** The pattern of a route such as `/api/jobs/:id/cancel` or `/assets/*`. */
function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.+' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
