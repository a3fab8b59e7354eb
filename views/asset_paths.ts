let known: ReadonlyMap<string, string> = new Map();

/** From now on pages name assets this way: `app.css` → `/assets/app.1x2y3z.css`. */
export function nameAssets(paths: ReadonlyMap<string, string>): void {
  known = paths;
}

/** Where an asset is: under a name that changes with its content, once that is known. */
export function assetPath(name: string): string {
  return known.get(name) ?? `/assets/${name}`;
}
