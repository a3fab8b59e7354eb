/** The reader's setting, kept in the browser. */
export function AlwaysPictures(): JSX.Element {
  return (
    <label class="always-pictures needs-script small">
      <input type="checkbox" id="always-pictures" /> Always show pictures, which tells their servers
      that somebody looks
    </label>
  );
}
