// Writes dist/, which is what the package publishes: the command, the library, the two pure modules that a browser can
// use, their declarations, the JSON Schema of a snapshot, and the licences of what is bundled.
// Reads src/ and the output of tsc in build/js; is started by `npm run build`.
import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleCommand } from './bundle-command.js';
import { bundleOptions } from './bundle-options.js';
import { copyDeclarations } from './declarations.js';
import { collectLicences } from './licences.js';
import { describeSchema } from './schema-types.js';

const compiled = 'build/js/src';
// Filled beside dist and put in its place when it is whole: a failed build leaves the last good one.
const out = 'build/dist';
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const shared = { ...bundleOptions, splitting: true, outdir: out, chunkNames: 'chunks/[name]-[hash]' };

const commandMetafiles = await bundleCommand(bundleOptions, out);
chmodSync(join(out, 'nscope.cjs'), 0o755);
const pureEntries = { model: 'src/model/index.ts', analysis: 'src/analysis/index.ts' };
// All in one, so that what several of them export is one and the same: an error thrown by one is an instance for the other.
const library = await build({
  ...shared,
  entryPoints: {
    index: 'src/index.ts',
    // Started as a thread by src/live/snapshots/snapshot-aside.ts.
    'snapshot-thread': 'src/live/snapshots/snapshot-thread.ts',
    ...pureEntries,
  },
  platform: 'node',
  mainFields: ['module', 'main'],
  define: { 'Intl.Segmenter': 'LazySegmenter' },
  inject: ['scripts/lazy-segmenter.js'],
});
// On the platform 'neutral' no module of Node can be resolved: an import of one in what a browser can use fails the build.
await build({ ...shared, entryPoints: pureEntries, platform: 'neutral', mainFields: ['module', 'main'], write: false });

const { schema, declarations } = await describeSchema(join(compiled, 'model/snapshot/schema.js'));
writeFileSync(
  join(out, 'snapshot.schema.json'),
  `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, null, 2)}\n`,
);
copyDeclarations({
  from: compiled,
  to: join(out, 'types'),
  entries: ['index.d.ts', 'model/index.d.ts', 'analysis/index.d.ts'],
  replaced: new Map([['model/snapshot/schema.d.ts', declarations]]),
});
writeFileSync(join(out, 'LICENSES.txt'), collectLicences([...commandMetafiles, library.metafile]));

rmSync('dist', { recursive: true, force: true });
renameSync(out, 'dist');
