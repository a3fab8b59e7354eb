import { watchActions } from './actions.ts';
import { watchCards } from './cards.ts';
import { startClocks } from './clocks.ts';
import { watchFormErrors } from './form_errors.ts';
import { watchSentences } from './form_sentence.ts';
import { showCurrentPage } from './navigation.ts';
import { watchTaskbar } from './taskbar.ts';
import { watchTheme } from './theme.ts';
import { watchUploads } from './upload_progress.ts';

/** What needs this script is shown from now on. */
document.documentElement.dataset.script = 'on';

showCurrentPage();
watchTheme();
watchTaskbar();
watchCards();
watchActions();
watchFormErrors();
watchSentences();
watchUploads();
startClocks();
