import type { Children } from '@kitajs/html';
import { attributeText } from './field.tsx';

interface PostFormProps {
  action: string;
  class?: string;
  /** Which element receives the response, and how, when htmx sends the form. */
  target?: string;
  swap?: string;
  children: Children;
}

/** A form that htmx sends; without JavaScript the browser does, and a page follows. */
export function PostForm(props: PostFormProps): JSX.Element {
  const { class: className, target, swap, children } = props;
  const action = attributeText(props.action);
  return (
    <form
      class={className}
      method="post"
      action={action}
      hx-post={action}
      hx-target={target && attributeText(target)}
      hx-swap={swap && attributeText(swap)}
      hx-disabled-elt="find button"
    >
      {children}
    </form>
  );
}
