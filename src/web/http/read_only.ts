import { isReader } from './authenticate.ts';

/** What of a page a reader does not get, because it would be refused. */
const REMOVED = '[data-changes="remove"], form[method="post"]:not(.sign-out)';

/** A form around content that a reader does get. */
const UNWRAPPED = 'form[data-changes="unwrap"]';

/** A form with a button that leads to something, and changes something by the way: the attribute has the link. */
const LINKED = 'form[data-reads]';

/** What a reader gets in place of a form, such as the value of a field. */
const SHOWN = '[data-changes="show"]';

/** What a page is about, if it is about a change. */
const EXPLAINED = '[data-changes="explain"]';

const EXPLANATION =
  '<p class="result read-only-note" role="note">You can read everything here and change nothing: this browser signed in with the reader’s token. Sign out, and sign in with XGPT_TOKEN to make changes.</p>';

/** The same markup without the buttons and forms that a reader's requests would be refused for. */
export function readOnlyHtml(html: string): string {
  return new HTMLRewriter()
    .on(UNWRAPPED, { element: (element) => void element.removeAndKeepContent() })
    .on(LINKED, { element: linked })
    .on(`${LINKED} button`, {
      element(element) {
        element.tagName = 'span';
        element.removeAttribute('type');
      },
    })
    .on(SHOWN, { element: (element) => void element.removeAttribute('hidden') })
    .on(EXPLAINED, {
      element: (element) => void element.replace(EXPLANATION, { html: true }),
    })
    .on(REMOVED, {
      element(element) {
        const isForm = element.getAttribute('data-changes') === null && element.tagName === 'form';
        if (isForm || isRemoved(element)) element.remove();
      },
    })
    .transform(html);
}

function linked(element: HTMLRewriterTypes.Element): void {
  element.tagName = 'a';
  element.setAttribute('href', element.getAttribute('data-reads') ?? '');
  for (const name of ['method', 'action', 'data-reads']) element.removeAttribute(name);
}

function isRemoved(element: HTMLRewriterTypes.Element): boolean {
  return element.getAttribute('data-changes') === 'remove';
}

/** The response as a reader gets it; unchanged for everybody else. */
export async function forReader(request: Request, response: Response): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (!isReader(request) || !type.startsWith('text/html')) return response;
  const html = readOnlyHtml(await response.text());
  return new Response(html, { status: response.status, headers: response.headers });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const changed = new WeakMap<Uint8Array, Uint8Array>();

/** Events with markup, as a reader gets them. Bytes that several readers get are changed once. */
export function readOnlyEvents(bytes: Uint8Array): Uint8Array {
  const known = changed.get(bytes);
  if (known) return known;
  const made = encoder.encode(readOnlyHtml(decoder.decode(bytes)));
  changed.set(bytes, made);
  return made;
}
