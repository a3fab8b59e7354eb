import type { Children } from '@kitajs/html';

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
  const { action, class: className, target, swap, children } = props;
  return (
    <form
      class={className}
      method="post"
      action={action}
      hx-post={action}
      hx-target={target}
      hx-swap={swap}
      hx-disabled-elt="find button"
    >
      {children}
    </form>
  );
}
