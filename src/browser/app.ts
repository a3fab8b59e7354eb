import { watchActions } from './actions.ts';
import { sentences, watchCards } from './cards.ts';
import { startClocks } from './clocks.ts';
import { watchConnection } from './connection.ts';
import { watchFollowedLog } from './followed_log.ts';
import { watchFormErrors } from './form_errors.ts';
import { watchQuickSentences, watchSentences } from './form_sentence.ts';
import { keepFocus } from './kept_focus.ts';
import { watchMenu } from './menu.ts';
import { notifyOfLongJobs, watchNotifications } from './notifications.ts';
import { announce, keepUnfolded } from './page.ts';
import { watchPageTab } from './page_tab.ts';
import { watchPastedAddresses } from './pasted_address.ts';
import { watchTheme } from './preferences.ts';
import { reloadPrivatePages } from './private_pages.ts';
import { watchReportProgress } from './report_progress.ts';
import { watchSelection } from './selection.ts';
import { shareStreams } from './shared_stream.ts';
import { watchShortcuts } from './shortcuts.ts';
import { watchSources } from './source_fields.ts';
import { watchTaskbar } from './taskbar.ts';
import { watchUploads } from './upload_progress.ts';

/** Styles show what needs this script. */
document.documentElement.dataset.script = 'on';

// Before htmx starts, which is when the document is complete.
watchFollowedLog();
shareStreams();
watchConnection();
watchTheme();
watchMenu();
watchTaskbar();
watchCards((ended, now) => {
  announce(sentences(ended));
  notifyOfLongJobs(ended, now);
});
watchActions();
keepFocus();
watchPageTab();
watchNotifications();
watchReportProgress();
watchSelection();
watchShortcuts();
watchFormErrors();
// Before the sentence is made of what the fields hold.
watchSources();
watchSentences();
watchQuickSentences();
watchPastedAddresses();
watchUploads();
keepUnfolded();
startClocks();
reloadPrivatePages();
