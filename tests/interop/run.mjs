/** All browser tests, one after the other in one process, so that never more than two browsers run at once. */

import './tone_test.mjs';
import './legroom_test.mjs';
import './calls_test.mjs';
import './rooms_test.mjs';
import './playback_test.mjs';
import './offers_test.mjs';
import './page_test.mjs';
import './docs_test.mjs';
import './example_test.mjs';
import './second_offers_test.mjs';
