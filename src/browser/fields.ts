/** Whether what is typed goes into the element. */
export function isField(element: Element): boolean {
  return element.matches('input, select, textarea');
}

/** Whether it belongs to what is being filled in: a switch of the settings takes effect at once. */
export function isFilledIn(element: Element): boolean {
  return isField(element) && !element.matches('[type="checkbox"], [type="radio"]');
}
