// Collects the licences of the packages whose code is bundled: each of them asks to be named where it is copied.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {import('esbuild').Metafile[]} metafiles - what esbuild says it read
 * @returns {string} name, version and licence text of every package from node_modules
 * @throws Error for a package without a licence file
 */
export function collectLicences(metafiles) {
  const texts = listBundled(metafiles).map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} ${version} is bundled and has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  });
  return ['nscope contains code of these packages.\n', ...texts].join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * @param {import('esbuild').Metafile[]} metafiles
 * @returns {string[]} the directories of the packages from node_modules whose code was read
 */
export function listBundled(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const directories = inputs.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(directories)].sort();
}
