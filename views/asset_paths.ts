let paths: ReadonlyMap<string, string> = new Map();

/** Sets the hashed paths of assets: `app.css` → `/assets/app.1x2y3z.css`. */
export function nameAssets(hashed: ReadonlyMap<string, string>): void {
  paths = hashed;
}

/** The path of an asset, with the hash of its content once that is known. */
export function assetPath(name: string): string {
  return paths.get(name) ?? `/assets/${name}`;
}
