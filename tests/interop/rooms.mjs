/** Browser tests of what happens in calls, one after the other: never more than two browsers at once. */

import './rooms_test.mjs';
import './playback_test.mjs';
import './docs_test.mjs';
