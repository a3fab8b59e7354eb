import type { Job } from '../../src/jobs/job.ts';
import { wordsOf } from '../../src/operations/words.ts';
import { sourceTitle } from '../../src/text/format.ts';
import { urlTo } from '../../src/text/urls.ts';
import { attributeText } from '../forms/field.tsx';
import { fitsForm, HiddenFields } from '../forms/hidden_fields.tsx';
import { PostForm } from '../forms/post_form.tsx';
import type { JobPageModel, SourceOption } from '../view_models.ts';

interface OtherSourcesProps {
  job: Job;
  elsewhere: JobPageModel['elsewhere'];
}

/** What a failed job leads on to: its source's place on the Sources page, and the same from others. */
export function OtherSources({ job, elsewhere = {} }: OtherSourcesProps): JSX.Element {
  const { connection, others = [] } = elsewhere;
  const isShown = connection !== undefined || others.length > 0;
  if (!isShown || !fitsForm(job.metadata ?? {})) return '';
  return (
    <div class="other-sources">
      {connection !== undefined && (
        <SourceLink source={connection} words={connection.needsConnection ? 'Connect' : 'See'} />
      )}
      {others.map((source) =>
        source.needsConnection ? (
          <SourceLink source={source} words="Connect" />
        ) : (
          <TryForm job={job} source={source} />
        ),
      )}
    </div>
  );
}

/** "Connect X", "See Bluesky on the Sources page". */
function SourceLink({ source, words }: { source: SourceOption; words: 'See' | 'Connect' }) {
  return (
    <a
      class="button"
      href={attributeText(urlTo(`/sources#source-${encodeURIComponent(source.name)}`))}
      safe
    >
      {`${words} ${sourceTitle(source)}${words === 'See' ? ' on the Sources page' : ''}`}
    </a>
  );
}

function TryForm({ job, source }: { job: Job; source: SourceOption }): JSX.Element {
  const { type, metadata = {} } = job;
  return (
    <PostForm action={urlTo(`/api/${type}`)} target="find .form-result">
      <HiddenFields input={{ ...metadata, source: source.name }} />
      <button type="submit" safe>
        {`${wordsOf(type).name} from ${sourceTitle(source)}`}
      </button>
      <div class="form-result" />
    </PostForm>
  );
}
