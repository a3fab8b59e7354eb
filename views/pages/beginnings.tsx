import { OPERATION_TYPES, wordsOf } from '../../src/operations/words.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { HiddenFields } from '../forms/hidden_fields.tsx';
import { PostForm } from '../forms/post_form.tsx';
import { QuickField, QuickSentence } from '../forms/quick_form.tsx';
import { connectLink, sourceData } from '../forms/sources.ts';
import { UploadForm } from '../forms/upload_form.tsx';
import type { BeginningCard, DashboardModel, SourceOption } from '../view_models.ts';

/** Shown before the first job: what this is, and a card for each way to begin. */
export function Beginnings({ model: { beginnings } }: { model: DashboardModel }) {
  const types = new Set(beginnings.map(({ type }) => type));
  const unconnected = beginnings.map(({ source }) => source).filter((one) => one.needsConnection);
  const others = OPERATION_TYPES.filter((type) => wordsOf(type).readsSource && !types.has(type));
  return (
    <div class="beginnings">
      <p class="beginnings-lead">
        xgpt collects posts, embeds them and finds them again by meaning.
        <span data-changes="remove"> Begin with one of these:</span>
      </p>
      <ul class="beginning-cards" data-changes="explain">
        {beginnings.map((card) => (
          <li class="panel beginning">
            <h2 safe>{sourceTitle(card.source)}</h2>
            <p class="field-help" safe>
              {card.help ?? helpOf(card.source)}
            </p>
            <BeginningForm card={card} unconnected={unconnected} />
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <p class="beginnings-others" data-changes="remove">
          Or{' '}
          {others.map((type, index) => (
            <>
              {index > 0 && ' or '}
              <a href={urlTo(`/${type}`)} safe>
                {lowerFirst(wordsOf(type).heading)}
              </a>
            </>
          ))}
          .
        </p>
      )}
    </div>
  );
}

interface BeginningProps {
  card: BeginningCard;
  unconnected: SourceOption[];
}

function BeginningForm({ card, unconnected }: BeginningProps): JSX.Element {
  const { type, source, ready, upload } = card;
  if (source.needsConnection) return <ConnectLink source={source} />;
  const action = urlTo(`/api/${type}`);
  if (upload) return <UploadForm action={action} fields={upload} id="beginning" />;
  return (
    <PostForm class="quick-form" action={action} target="find .form-result">
      <HiddenFields input={{ ...ready?.input }} />
      <input
        type="hidden"
        name="source"
        value={attributeText(source.name)}
        {...sourceData(source)}
      />
      {ready === undefined && card.field !== undefined && (
        <QuickField type={`${source.name}-${type}`} field={card.field} label={card.field.label} />
      )}
      <button type="submit" class={ready ? 'primary' : undefined} safe>
        {ready?.action ?? wordsOf(type).name}
      </button>
      {ready === undefined && card.field !== undefined && (
        <div class="field-help">
          <QuickSentence type={type} field={card.field.name} unconnected={unconnected} />
        </div>
      )}
      <div class="form-result" />
    </PostForm>
  );
}

function helpOf({ label, needsConnection }: SourceOption): string {
  const first = needsConnection ? ' It has to be connected first.' : '';
  return `Collects the posts of a user from ${label}.${first}`;
}

function ConnectLink({ source }: { source: SourceOption }): JSX.Element {
  const { words, href } = connectLink(source);
  return (
    <p>
      <a class="button" href={attributeText(href)} safe>
        {words}
      </a>
    </p>
  );
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
