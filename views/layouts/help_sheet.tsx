import { urlTo } from '../../src/text/urls.ts';
import { KEYED_PAGES } from './navigation.tsx';

/** Keyboard shortcuts and settings; `src/browser/help.ts` opens it. */
export function HelpSheet(): JSX.Element {
  return (
    <dialog id="help" class="help" aria-labelledby="help-title" closedby="any">
      <form method="dialog" class="help-head">
        <h2 id="help-title">Shortcuts and settings</h2>
        <button type="submit" class="quiet">
          Close
        </button>
      </form>
      <div class="help-body">
        <Keys />
        <h3>Settings</h3>
        <Switch
          id="notifications-switch"
          label="Notify me when a job ends that took longer than 20 s"
        />
        <Switch id="shortcuts-switch" label="Enable keyboard shortcuts" checked />
        <p class="small">
          <a href={urlTo('/docs/api')}>API reference</a>
        </p>
      </div>
    </dialog>
  );
}

function Keys(): JSX.Element {
  return (
    <dl class="keys">
      {KEYED_PAGES.map((page, place) => (
        <Key keys={[String(place + 1)]} does={keyDoes(page)} class="keys-page" />
      ))}
      <Key keys={['/']} does="find posts" />
      <Key keys={['?']} does="open this help" />
      <Key keys={['Esc']} does="close it" />
      <Key keys={['t']} does="collapse or expand the taskbar" />
      <Key keys={['j']} does="go to the jobs in the taskbar" />
      <Key keys={['↑', '↓']} does="move between jobs" />
      <Key keys={['Enter']} does="open the job’s page" />
      <Key keys={['Delete', 'Backspace']} does="cancel the job" />
    </dl>
  );
}

/** Two pages are about people. */
function keyDoes(page: { name: string; type?: string }): string {
  return page.type === undefined ? page.name : `Collect: ${page.name}`;
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

/** The note says why it cannot be switched when the browser does not allow it. */
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
