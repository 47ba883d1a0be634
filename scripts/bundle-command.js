// Bundles the command as CommonJS, each verb into one file: Node loads those in a third of the time that a dozen chunks of
// ES modules take. What a file asks for later, behind import(), becomes a file of its own where it is listed here or is a
// verb; everything else is part of the file that asks for it.
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';

/** What is large, and few runs need or many verbs share. */
const apart = [
  'src/cli/reading/load-snapshot.ts',
  'src/cli/line/print-help.ts',
  'src/cli/line/explain-failure.ts',
  'src/cli/reading/read-this-host.ts',
  'src/cli/reading/load-workloads.ts',
  'src/cli/reading/target.ts',
  'src/collect/add-conditions.ts',
  'src/analysis/listing/filter.ts',
];

/** Verbs that run for long and need nearly the same: they share a file, since what it has too much is read in no time then. */
const together = new Map([['live', ['ci', 'mount', 'top', 'watch']]]);

/** What these files import() is a verb, or the columns of one, which only its help wants. */
const loaders = /src\/cli\/(?:load-verb|table\/(?:[a-z]+-)?verbs)\.ts$/;

/**
 * @param options - what the bundles of the package have in common
 * @param out - the directory to write to: nscope.cjs and verbs/*.cjs
 * @param dirname - JavaScript for the directory of a file of the bundle, from which the files of the package are found
 * @returns the metafiles of esbuild
 */
export async function bundleCommand(options, out, dirname = '__dirname') {
  const metafiles = [];
  const done = new Map();
  const wanted = [{ entry: 'src/cli/main.ts', file: 'nscope.cjs' }];
  for (let next = wanted.pop(); next; next = wanted.pop()) {
    const { metafile } = await build({
      ...options,
      ...(next.source ? { stdin: { contents: next.source, resolveDir: 'src/cli' } } : { entryPoints: [next.entry] }),
      outfile: join(out, next.file),
      external: [...together.keys()].map((name) => `./${name}.cjs`),
      ...asCommonJs(dirname),
      // Then import() of a file beside it is require(), which takes no loader of ES modules.
      supported: { 'dynamic-import': false },
      ...(next.file === 'nscope.cjs' && { banner: { js: '#!/usr/bin/env node' } }),
      plugins: [splitAt(wanted, done, next.file), verbSyntax],
    });
    metafiles.push(metafile);
  }
  return metafiles;
}

/** A bundle for Node as CommonJS. @param dirname - as of bundleCommand */
export function asCommonJs(dirname) {
  return {
    format: 'cjs',
    splitting: false,
    platform: 'node',
    define: { 'Intl.Segmenter': 'LazySegmenter', 'import.meta.dirname': dirname },
    inject: ['scripts/lazy-segmenter.js'],
  };
}

const lazyWidth = new URL('lazy-string-width.cjs', import.meta.url).pathname;

/** By the path below src, without the shelves of src/cli whose files have names of their own. */
function nameFile(path) {
  return relative('src', path)
    .replace(/\.ts$/, '')
    .replace(/^cli\/(?:(?:line|reading|verbs)\/)?/, '')
    .replaceAll('/', '-');
}

/** A verb that shares a file with others is what that file has under its name. */
function planFile(entry, file, done) {
  const verb = basename(file, '.cjs');
  const [shared, verbs] = [...together].find(([, verbs]) => verbs.includes(verb)) ?? [];
  if (!shared) return [{ entry, file }];
  const own = { file, source: `module.exports = require('./${shared}.cjs').${verb};` };
  const sharedFile = `verbs/${shared}.cjs`;
  if (done.has(sharedFile)) return [own];
  done.set(sharedFile, shared);
  const source = verbs.map((name) => `export * as ${name} from './verbs/${name}.ts';`).join('\n');
  return [own, { file: sharedFile, source }];
}

/** Leaves out what is loaded later, and adds it to what is wanted. */
function splitAt(wanted, done, from) {
  return {
    name: 'split',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\./ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === 'split') return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: 'split' });
        const entry = apart.find((file) => found.path.endsWith(file));
        if (!entry && !loaders.test(importer)) return undefined;
        return leaveOut(`verbs/${nameFile(found.path)}.cjs`, found.path);
      });
      // The one stands for the other, which is loaded when it is first used; the file says why.
      onResolve({ filter: /^string-width$/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (pluginData === 'split') return undefined;
        if (importer !== lazyWidth) return { path: lazyWidth };
        const found = await resolve(path, { kind, importer, resolveDir, pluginData: 'split' });
        return leaveOut(`verbs/${path}.cjs`, found.path);
      });

      function leaveOut(file, entry) {
        if (!done.has(file)) wanted.push(...planFile(entry, file, done));
        else if (done.get(file) !== entry) throw new Error(`${file} is of ${done.get(file)} and of ${entry}`);
        done.set(file, entry);
        return { path: from.startsWith('verbs/') ? `./${basename(file)}` : `./${file}`, external: true };
      }
    },
  };
}

/** What the parser needs of the table of verbs, as JSON: the table's texts, 30 KB, would be read at every start. */
const verbSyntax = {
  name: 'verb-syntax',
  setup({ onLoad }) {
    onLoad({ filter: /src\/cli\/line\/verb-syntax\.ts$/ }, async () => {
      const values = Object.entries(await import('../build/js/src/cli/line/verb-syntax.js'));
      const lines = values.map(([name, value]) => {
        // A string that JSON.parse takes apart is read faster than an object literal.
        return `export const ${name}=JSON.parse(${JSON.stringify(JSON.stringify(value))});`;
      });
      return { contents: lines.join('\n') };
    });
  },
};
