/** Of idiomorph 0.8, whose script comes before this one. */
declare const Idiomorph: {
  defaults: {
    callbacks: { beforeAttributeUpdated(name: string, element: Element): boolean };
  };
};

/** What a reader has unfolded stays so when its part of the page is read again. */
export function keepUnfolded(): void {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) =>
    !(name === 'open' && element.matches('.whole-text'));
}
