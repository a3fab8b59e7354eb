/** Of idiomorph 0.8, whose script comes before this one. */
declare const Idiomorph: {
  defaults: {
    callbacks: {
      beforeAttributeUpdated(name: string, element: Element): boolean;
      beforeNodeMorphed(node: Node, next: Node): boolean;
    };
  };
};

/**
 * Keeps what a reader has unfolded open when its part of the page is loaded again, and what was typed and
 * ticked in it.
 */
export function keepUnfolded(): void {
  const { callbacks } = Idiomorph.defaults;
  callbacks.beforeAttributeUpdated = (name, element) =>
    !(name === 'open' && element.matches('.whole-text, .schedules details'));
  callbacks.beforeNodeMorphed = (node, next) =>
    !(node instanceof Element && node.matches('.imports details[open]')) &&
    !isBeingSent(node) &&
    !isBeingTyped(node, next);
}

/** A form of a budget that waits for its answer, or shows what was wrong. */
function isBeingSent(node: Node): boolean {
  return (
    node instanceof HTMLFormElement &&
    node.matches('.budget-forms > :is(.htmx-request, :has(> .form-result > *))')
  );
}

/** A limit of a queue, or a budget, that was typed and not set yet. */
function isBeingTyped(node: Node, next: Node): boolean {
  return (
    node instanceof HTMLInputElement &&
    next instanceof HTMLInputElement &&
    node.matches(':is(.limit-form, .budget-form) input') &&
    node.value !== node.defaultValue &&
    node.value !== next.value
  );
}

/** Has a screen reader read this, after what it is reading now. Nothing is shown. */
export function announce(text: string): void {
  const announcer = document.getElementById('announcer');
  if (!announcer) return;
  announcer.textContent = '';
  // A live region is read when its text changes; the same text twice must be two changes.
  setTimeout(() => {
    announcer.textContent = text;
  }, 50);
}
