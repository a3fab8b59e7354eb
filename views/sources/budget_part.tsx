import type { PaidBudget } from '../../src/sources/source_state.ts';
import type { ErrorModel } from '../../src/text/error_text.ts';
import { money } from '../../src/text/format.ts';
import { budgetWords } from '../../src/text/source_text.ts';
import { urlTo } from '../../src/text/urls.ts';
import { ErrorResult } from '../forms/error_result.tsx';
import { attributeText } from '../forms/field.tsx';
import { PostForm } from '../forms/post_form.tsx';
import type { RefusedForm } from './connect_form.tsx';

interface BudgetProps {
  source: string;
  budget: PaidBudget;
  /** What was sent without a script, and why nothing was changed. */
  refused?: RefusedForm;
}

/** What paid requests have cost, and the forms that change how much they may. */
export function BudgetPart({ source, budget, refused }: BudgetProps): JSX.Element {
  const { cap, posts, inUse } = budget;
  const isSpent = inUse && cap !== undefined && cap > 0 && posts >= cap;
  return (
    <div class="budget">
      <h3>Budget</h3>
      {inUse && cap !== undefined && cap > 0 && (
        <progress
          max={String(cap)}
          value={String(Math.min(posts, cap))}
          aria-label="Budget used"
          data-spent={isSpent ? 'true' : undefined}
        />
      )}
      <p class={isSpent ? 'budget-words spent' : 'budget-words'} safe>
        {`${prefix(isSpent, inUse)}${budgetWords(budget)}`}
      </p>
      <BudgetForms source={source} budget={budget} refused={refused} />
    </div>
  );
}

/** Without the problem that stands at the field. */
function besidesPosts({ details: { posts: _, ...details }, ...model }: ErrorModel): ErrorModel {
  return { ...model, details };
}

function prefix(isSpent: boolean, inUse: boolean): string {
  if (!inUse) return 'Not in use: ';
  return isSpent ? 'Used up: ' : '';
}

function BudgetForms({ source, budget, refused }: BudgetProps): JSX.Element {
  const action = urlTo(`/api/sources/${source}/budget`);
  const { cap, posts, costPerPost, currency } = budget;
  const id = attributeText(`${source}-posts`);
  const problem = refused?.model.details.posts;
  const typed = refused?.values.posts ?? cap ?? '';
  return (
    <div class="budget-forms">
      <PostForm action={action} target="find .form-result" class="budget-form">
        <label for={id} safe>
          {`Posts at most, at ${money(costPerPost, currency)} each`}
        </label>
        <input
          type="number"
          inputmode="numeric"
          id={id}
          name="posts"
          min="0"
          step="1"
          required
          value={attributeText(String(typed))}
          aria-invalid={problem === undefined ? undefined : 'true'}
          aria-describedby={problem === undefined ? undefined : `${id}-error`}
          autofocus={problem !== undefined}
        />
        <button type="submit">Set the budget</button>
        <p class="field-error" id={`${id}-error`} safe>
          {problem ?? ''}
        </p>
        <div class="form-result">
          {refused ? <ErrorResult model={besidesPosts(refused.model)} /> : ''}
        </div>
      </PostForm>
      {posts > 0 && (
        <PostForm action={action} target="find .form-result">
          <input type="hidden" name="reset" value="1" />
          <button type="submit" class="quiet">
            Count from zero
          </button>
          <div class="form-result" />
        </PostForm>
      )}
    </div>
  );
}
