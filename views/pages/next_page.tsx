/** The way on; nothing on the last page. */
export function NextPage({ href, label }: { href: string | undefined; label: string }) {
  if (href === undefined) return '';
  return (
    <nav class="next-page" aria-label="Pages">
      <a class="button" href={href} rel="next" safe>
        {label}
      </a>
    </nav>
  );
}
