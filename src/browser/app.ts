import { watchActions } from './actions.ts';
import { watchCards } from './cards.ts';
import { startClocks } from './clocks.ts';
import { watchConnection } from './connection.ts';
import { watchFormErrors } from './form_errors.ts';
import { watchSentences } from './form_sentence.ts';
import { watchHelp } from './help.ts';
import { watchJobLog } from './job_log.ts';
import { watchNotifications } from './notifications.ts';
import { showCurrentPage } from './page.ts';
import { watchPageTab } from './page_tab.ts';
import { watchReportProgress } from './report_progress.ts';
import { watchSelection } from './selection.ts';
import { shareStreams } from './shared_stream.ts';
import { watchShortcuts } from './shortcuts.ts';
import { watchTaskbar } from './taskbar.ts';
import { watchTheme } from './theme.ts';
import { keepUnfolded } from './unfolded.ts';
import { watchUploads } from './upload_progress.ts';

/** What needs this script is shown from now on. */
document.documentElement.dataset.script = 'on';

// Before htmx starts, which it does when the document is complete.
watchJobLog();
shareStreams();
watchConnection();
showCurrentPage();
watchTheme();
watchTaskbar();
watchCards();
watchActions();
watchPageTab();
watchHelp();
watchNotifications();
watchReportProgress();
watchSelection();
watchShortcuts();
watchFormErrors();
watchSentences();
watchUploads();
keepUnfolded();
startClocks();
