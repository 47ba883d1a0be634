// Writes man/nscope.1 from the compiled table of verbs; is started by `npm run build`.
// SOURCE_DATE_EPOCH gives the date, so that a package can be built twice alike: reproducible-builds.org.
import { mkdirSync, writeFileSync } from 'node:fs';
import { formatManualPage } from '../build/js/src/cli/table/manual-page.js';
import { usualVerb, verbs } from '../build/js/src/cli/table/verbs.js';
import { nscopeVersion } from '../build/js/src/model/snapshot/version.js';

const { SOURCE_DATE_EPOCH } = process.env;
const built = SOURCE_DATE_EPOCH ? new Date(Number(SOURCE_DATE_EPOCH) * 1000) : new Date();
const date = built.toISOString().slice(0, 10);

mkdirSync('man', { recursive: true });
writeFileSync('man/nscope.1', await formatManualPage(verbs, usualVerb, nscopeVersion, date));
