import { attributeText } from '../forms/field.tsx';

const ACTIONS = [
  ['retry', 'Retry'],
  ['cancel', 'Cancel'],
  ['remove', 'Remove'],
] as const;

/**
 * What can be done to the chosen jobs of a list, inside the form that holds their boxes; and to all
 * that match, where another page asks first.
 */
export function BulkBar({ filter }: { filter: string }): JSX.Element {
  return (
    <div class="bulk">
      <fieldset class="bulk-chosen">
        <legend class="visually-hidden">With the chosen jobs</legend>
        <label class="needs-script">
          <input type="checkbox" id="choose-all" /> Choose all
        </label>
        {ACTIONS.map(([action, word]) => (
          <button type="submit" name="action" value={action} class="quiet">
            {word}
          </button>
        ))}
      </fieldset>
      <p class="bulk-all">
        All that match:{' '}
        {ACTIONS.map(([action, word]) => (
          <a href={attributeText(`/jobs/bulk?action=${action}${filter && `&${filter}`}`)} safe>
            {`${word} all…`}
          </a>
        ))}
      </p>
    </div>
  );
}
