import type { ErrorModel } from '../../src/text/error_text.ts';
import { attributeText } from './field.tsx';

/** The answer to a request that was refused: what happened, what to do, and each field it names. */
export function ErrorResult({ model }: { model: ErrorModel }): JSX.Element {
  const details = Object.entries(model.details);
  return (
    <div class="result error" role="alert">
      <p class="result-title" safe>
        {model.title}
      </p>
      {model.message !== '' && <p safe>{model.message}</p>}
      {details.length > 0 && (
        <ul>
          {details.map(([field, wrong]) => (
            <li data-field={attributeText(field)}>
              <a href={attributeText(`#${field}`)} safe>
                {wrong}
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
