// Where the package lies: the addon and the BPF programs are read from there.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

/** The nearest directory above this file that holds a package.json. Looked up once. */
export function findPackageRoot(): string {
  if (root !== undefined) return root;
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const above = dirname(directory);
    if (above === directory) throw new Error('nscope: no package.json above the program');
    directory = above;
  }
  root = directory;
  return root;
}

/** Whether a file of nscope's own is there. */
export function hasOwnFile(path: string): boolean {
  return existsSync(path);
}
