/** Browser tests of calls and of what connects them, one after the other: never more than two browsers at once. */

import './tone_test.mjs';
import './legroom_test.mjs';
import './calls_test.mjs';
import './offers_test.mjs';
import './page_test.mjs';
import './example_test.mjs';
import './second_offers_test.mjs';
