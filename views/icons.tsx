/** Decorative: what it means is said beside it. `name` is a shape of `icons.css`. */
export function Icon({ name }: { name: string }): JSX.Element {
  return <i class="icon" data-icon={name} aria-hidden="true"></i>;
}
