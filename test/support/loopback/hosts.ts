/** Whether only this machine answers under a name or address. No host means this machine. */
export function isOnThisMachine(host: string | undefined): boolean {
  if (host === undefined || host === '') return true;
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    name === '::' ||
    name === '0.0.0.0' ||
    /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(name)
  );
}

/** The host of a URL; undefined for what is none, such as `data:`, and for what cannot be read. */
export function hostOfAddress(input: string | URL | Request): string | undefined {
  const text = input instanceof Request ? input.url : String(input);
  return URL.parse(text)?.hostname;
}

/**
 * The host in the arguments of `net.Socket.connect` or `Bun.connect`: `(options)`, `(port, host)`,
 * `(path)`, or, as Node's own modules call it, one list of those.
 */
export function hostOfConnect(args: unknown[]): string | undefined {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first !== 'object' || first === null) {
    return typeof second === 'string' ? second : undefined;
  }
  const { host, hostname, path, socketPath, unix, port } = first as Record<string, unknown>;
  // `path` is a Unix socket here, and the path of a URL in options that HTTP passes on.
  if (socketPath || unix || (path && port === undefined)) return undefined;
  const named = host ?? hostname;
  return typeof named === 'string' ? named : undefined;
}
