import type { PostVersion } from '../../src/sources/post.ts';
import { counted } from '../../src/text/format.ts';
import { relativeTime } from '../time.tsx';

/** The history of an edited post, folded. */
export function EarlierVersions({
  versions,
  now,
}: {
  versions: PostVersion[];
  now: Date;
}): JSX.Element {
  if (versions.length === 0) return '';
  return (
    <details class="post-versions">
      <summary safe>{`Edited, ${counted(versions.length, 'earlier version')}`}</summary>
      <ol>
        {versions.map((version) => (
          <li>
            {version.createdAt !== undefined && (
              <span class="muted">{relativeTime(version.createdAt, now)}</span>
            )}
            <Text version={version} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Text({ version: { text } }: { version: PostVersion }): JSX.Element {
  if (text === undefined) return <p class="post-absent">Its text is not known.</p>;
  return (
    <p class="post-text" dir="auto" safe>
      {text}
    </p>
  );
}
