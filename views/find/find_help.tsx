import { FIND_OPERATORS } from '../../src/text/find_operators.ts';

/** What can be typed to find posts; `docs/find.md` says the same and more. */
export function FindHelp(): JSX.Element {
  return (
    <details class="find-help">
      <summary>Help</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col">to find posts</th>
          </tr>
        </thead>
        <tbody>
          {FIND_OPERATORS.map(({ typed, finds }) => (
            <tr>
              <th scope="row">
                {typed.map((one) => (
                  <code safe>{one}</code>
                ))}
              </th>
              <td safe>{finds}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="small">
        Case, accents and width make no difference, and a single word also finds its other forms.
        Words ranks posts that have the words, Meaning those that say something like it, Both fuses
        the two.
      </p>
    </details>
  );
}
