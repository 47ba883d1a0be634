// Where the package lies: the addon and the BPF programs are read from there.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/** The nearest directory above this file that holds a package.json. Looked up once. */
export function findPackageRoot(): string {
  if (root !== undefined) return root;
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'package.json'))) {
    const above = dirname(directory);
    if (above === directory) throw new Error('nscope: no package.json above the program');
    directory = above;
  }
  root = directory;
  return root;
}

/** Where the files lie that an executable has inside: open(2) knows no such place, the executable's runtime does. */
const insideExecutable = '/$bunfs/root';

/** Whether nscope is one executable file with all of its own files inside, which scripts/executable makes. */
export function isExecutable(): boolean {
  return findPackageRoot() === insideExecutable;
}

/** Whether a file of nscope's own is there. */
export function hasOwnFile(path: string): boolean {
  return existsSync(path);
}

/** The text of a file of the package; undefined where it is not there. */
export function readOwnFile(path: string): string | undefined {
  const file = join(findPackageRoot(), path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
