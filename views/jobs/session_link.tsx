import { attributeText } from '../forms/field.tsx';

/** A link to the jobs of a session. */
export function SessionLink({ id }: { id: string }): JSX.Element {
  return (
    <a class="session-link" href={attributeText(`/sessions/${encodeURIComponent(id)}`)} safe>
      {id}
    </a>
  );
}
