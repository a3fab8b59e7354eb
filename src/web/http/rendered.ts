import { Elysia } from 'elysia';
import { compressed } from './compression.ts';
import { isNavigation, wantsJson, wantsText } from './negotiation.ts';
import { forReader } from './read_only.ts';
import { html, plainText, seeOther } from './responses.ts';

/** The other forms of a value that JSON clients get unchanged. */
export interface Formats {
  /** A fragment of a page. Without it HTML clients get JSON too. */
  html?(): JSX.Element;
  /** Lines for a terminal. */
  text?(): string | Promise<string>;
  /** The page to which a browser without JavaScript is redirected. */
  seeOther?(): string;
}

/** A value whose form depends on the client's `Accept`. */
export class Rendered {
  #schema: (() => { parse(value: unknown): unknown }) | undefined;

  constructor(
    private readonly value: () => unknown,
    private readonly formats: Formats,
  ) {}

  /** Checks the value before it is sent as JSON. */
  checkWith(schema: () => { parse(value: unknown): unknown }): void {
    this.#schema = schema;
  }

  async response(
    request: Request,
    status = 200,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const { html: asHtml, text: asText, seeOther: page } = this.formats;
    if (page && isNavigation(request)) return seeOther(page());
    if (asText && wantsText(request)) return plainText(await asText(), status, headers);
    if (asHtml && !wantsJson(request)) return html(await asHtml(), status, headers);
    const value = await this.value();
    this.#schema?.().parse(value);
    return Response.json(value, { status, headers });
  }
}

/**
 * What a handler returns: a value and its other forms. Its type is that of the value, so that the
 * route's schema and the clients' types describe the value.
 * @param value is called only for JSON.
 */
export function respond<Value>(value: () => Value | Promise<Value>, formats: Formats): Value {
  return new Rendered(value, formats) as unknown as Value;
}

/** Renders values and compresses responses. */
export function rendering() {
  return new Elysia({ name: 'rendering' }).mapResponse(
    { as: 'global' },
    // Elysia 1.4.30 neither awaits a promise of a function that is not async, nor sees it fail.
    async ({ request, responseValue, set }) => {
      const headers = set.headers as Record<string, string>;
      if (responseValue instanceof Response) {
        const changed = await forReader(request, responseValue);
        const unchanged = changed === responseValue ? undefined : changed;
        return compressed(request, changed, headers) ?? unchanged;
      }
      if (!(responseValue instanceof Rendered)) return undefined;
      const rendered = await responseValue.response(request, Number(set.status ?? 200));
      const response = await forReader(request, rendered);
      return compressed(request, response, headers) ?? response;
    },
  );
}

/**
 * A response in one of the forms that the route states. Otherwise Elysia would add it to the clients'
 * types as another form.
 */
export const asStated = (response: Promise<Response>) => response as Promise<never>;

/** The same as a response, for callers that store it. */
export function responseTo(
  request: Request,
  value: () => unknown,
  formats: Formats,
  status: number,
  headers?: Record<string, string>,
): Promise<Response> {
  return new Rendered(value, formats).response(request, status, headers);
}
