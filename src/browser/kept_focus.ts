import { onRequest } from './htmx_events.ts';

/**
 * Gives the button of a form the focus again that it has lost while it was disabled, or its successor with the
 * same id; not when an answer or a wrong field has got it meanwhile.
 */
export function keepFocus(): void {
  const pressed = new WeakMap<XMLHttpRequest, HTMLElement>();
  onRequest('beforeRequest', ({ elt, xhr }) => {
    const { activeElement } = document;
    if (activeElement instanceof HTMLButtonElement && elt.contains(activeElement))
      pressed.set(xhr, activeElement);
  });
  onRequest('afterRequest', ({ xhr }) => {
    const button = pressed.get(xhr);
    if (!button || document.activeElement !== document.body) return;
    const successor = button.isConnected ? button : document.getElementById(button.id);
    successor?.focus({ preventScroll: true });
  });
}
