// Where Chromium lies on this machine, for tests of pages; `CHROMIUM` names another. Tests that need it say that they are left out where it is not there.
import { existsSync } from 'node:fs';

const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Nothing where none was found. */
export const chromiumPath = PLACES.find((path) => path !== undefined && existsSync(path));

/** Why a test is left out. */
export const NO_CHROMIUM = `No Chromium was found (${PLACES.filter(Boolean).join(', ')}); name one by the variable CHROMIUM.`;
