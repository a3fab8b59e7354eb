import { urlTo } from '../src/text/urls.ts';

type AssetPath = `/assets/${string}`;

let paths: ReadonlyMap<string, AssetPath> = new Map();

/** Sets the hashed paths of assets: `app.css` → `/assets/app.1x2y3z.css`. */
export function nameAssets(hashed: ReadonlyMap<string, AssetPath>): void {
  paths = hashed;
}

/** The URL of an asset, with the hash of its content once that is known. */
export function assetPath(name: string): string {
  return urlTo(paths.get(name) ?? `/assets/${name}`);
}
