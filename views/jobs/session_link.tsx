import { attributeText } from '../forms/field.tsx';

/** Leads to all jobs of a session. */
export function SessionLink({ id }: { id: string }): JSX.Element {
  return (
    <a class="session-link" href={sessionHref(id)} safe>
      {id}
    </a>
  );
}

export function sessionHref(id: string): string {
  return attributeText(`/sessions/${encodeURIComponent(id)}`);
}
