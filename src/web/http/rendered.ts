import { Elysia } from 'elysia';
import { compressed } from './compression.ts';
import { isNavigation, wantsJson, wantsText } from './negotiation.ts';
import { html, plainText, seeOther } from './responses.ts';

/** The other forms of a value that JSON clients get as it is. */
export interface Formats {
  /** A fragment of a page. Without it HTML clients get JSON too. */
  html?(): JSX.Element;
  /** Lines for a terminal. */
  text?(): string;
  /** The path of the page that a browser without JavaScript is sent on to. */
  seeOther?(): string;
}

/** A value on its way to a client, which decides by `Accept` in which form it gets it. */
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
    if (asText && wantsText(request)) return plainText(asText(), status, headers);
    if (asHtml && !wantsJson(request)) return html(asHtml(), status, headers);
    const value = this.value();
    this.#schema?.().parse(value);
    return Response.json(value, { status, headers });
  }
}

/**
 * What a handler returns: a value, and how it looks to those who do not take JSON. Its type is the
 * value's, so that the route's schema and the clients' types are about that.
 * @param value is called only for JSON.
 */
export function respond<Value>(value: () => Value, formats: Formats): Value {
  return new Rendered(value, formats) as unknown as Value;
}

/** Gives each value its form, and compresses what is worth it. */
export function rendering() {
  return new Elysia({ name: 'rendering' }).mapResponse(
    { as: 'global' },
    // Of any other function Elysia 1.4.30 does not wait for a promise, nor see that it fails.
    async ({ request, responseValue, set }) => {
      const headers = set.headers as Record<string, string>;
      if (responseValue instanceof Response) return compressed(request, responseValue, headers);
      if (!(responseValue instanceof Rendered)) return undefined;
      const response = await responseValue.response(request, Number(set.status ?? 200));
      return compressed(request, response, headers) ?? response;
    },
  );
}

/**
 * A response in one of the forms that the route states. Elysia would tell clients of it as of another
 * form beside those.
 */
export const asStated = (response: Promise<Response>) => response as Promise<never>;

/** The same as a response at once, for those who keep it. */
export function responseTo(
  request: Request,
  value: () => unknown,
  formats: Formats,
  status: number,
  headers?: Record<string, string>,
): Promise<Response> {
  return new Rendered(value, formats).response(request, status, headers);
}
