import { PAGES } from './navigation.tsx';

/** What the keyboard can do and what can be switched on; `src/browser/help.ts` opens it. */
export function HelpSheet(): JSX.Element {
  return (
    <dialog id="help" class="help" aria-labelledby="help-title" closedby="any">
      <form method="dialog" class="help-head">
        <h2 id="help-title">Keys and settings</h2>
        <button type="submit" class="quiet">
          Close
        </button>
      </form>
      <div class="help-body">
        <Keys />
        <h3>Settings</h3>
        <Switch
          id="notifications-switch"
          label="Tell me on the desktop when a job ends that took longer than 20 s"
        />
        <Switch id="shortcuts-switch" label="Use the keys above" checked />
        <p class="small">
          <a href="/docs/api">What programs can ask of this server</a>
        </p>
      </div>
    </dialog>
  );
}

function Keys(): JSX.Element {
  return (
    <dl class="keys">
      {PAGES.slice(0, 9).map(([, name], place) => (
        <Key keys={[String(place + 1)]} does={name} class="keys-page" />
      ))}
      <Key keys={['?']} does="opens this sheet" />
      <Key keys={['Esc']} does="closes it" />
      <Key keys={['t']} does="collapses or expands the taskbar" />
      <Key keys={['j']} does="goes to the taskbar’s jobs" />
      <Key keys={['↑', '↓']} does="goes from job to job" />
      <Key keys={['Enter']} does="opens the job’s page" />
      <Key keys={['Delete', 'Backspace']} does="cancels the job" />
    </dl>
  );
}

interface KeyProps {
  keys: string[];
  does: string;
  class?: string;
}

function Key({ keys, does, class: className }: KeyProps): JSX.Element {
  return (
    <div class={className}>
      <dt>
        {keys.map((key) => (
          <kbd safe>{key}</kbd>
        ))}
      </dt>
      <dd safe>{does}</dd>
    </div>
  );
}

interface SwitchProps {
  id: string;
  label: string;
  checked?: boolean;
}

/** Its note says why it cannot be switched, when the browser does not allow it. */
function Switch({ id, label, checked }: SwitchProps): JSX.Element {
  return (
    <div class="field checkbox">
      <label for={id}>
        <input id={id} type="checkbox" checked={checked} aria-describedby={`${id}-note`} />
        <span safe>{label}</span>
      </label>
      <p id={`${id}-note`} class="field-help"></p>
    </div>
  );
}
