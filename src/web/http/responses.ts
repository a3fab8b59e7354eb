/** Markup as a response; a view may render asynchronously. */
export async function html(
  markup: JSX.Element,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  return new Response(await markup, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  });
}

/** Plain text as a response. */
export function plainText(
  lines: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(lines, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  });
}

/** Redirects a browser after a form. `path` must be a path of this server. */
export function seeOther(path: string): Response {
  return new Response(null, { status: 303, headers: { location: path } });
}
