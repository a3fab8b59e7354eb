/** The detail of htmx 2.0.11's request events, as far as it is used here. */
export interface RequestDetail {
  /** The element that sent the request. */
  elt: HTMLElement;
  target: HTMLElement;
  xhr: XMLHttpRequest;
  successful?: boolean;
  /** A listener of `htmx:beforeSwap` may change it. */
  shouldSwap?: boolean;
}

/** A message of the stream, before or after it was swapped in. */
interface MessageDetail {
  type: string;
}

export function onRequest(name: string, listener: (detail: RequestDetail) => void): void {
  document.addEventListener(`htmx:${name}`, (event) => {
    listener((event as CustomEvent<RequestDetail>).detail);
  });
}

/** Called with the name of each event of the stream: `jobs`, `job`. */
export function onMessage(when: 'before' | 'after', listener: (type: string) => void): void {
  const name = when === 'before' ? 'htmx:sseBeforeMessage' : 'htmx:sseMessage';
  document.addEventListener(name, (event) => {
    listener((event as CustomEvent<MessageDetail>).detail.type);
  });
}
