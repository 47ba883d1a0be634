// The hierarchy of the ns control group, which Linux 2.6.24 to 2.6.39 had: a directory for each set of namespaces that
// clone(2) or unshare(2) made, with the threads in it in a file called tasks.
import { join } from 'node:path';
import { isKnown } from '../model/known.ts';
import type { NsCgroup } from '../model/ns-cgroup.ts';
import { parseMounts } from '../parse/mounts.ts';
import { readDirectory, readTextFile } from './files.ts';

/** Where it is mounted: by the option ns in /proc/mounts, since no place for it was ever agreed on. */
export function findNsHierarchy(): string | undefined {
  const text = readTextFile('/proc/mounts');
  if (!isKnown(text)) return undefined;
  return parseMounts(text).find(({ fsType, options }) => fsType === 'cgroup' && options.includes('ns'))?.mountPoint;
}

/** All groups below a directory, each after the one that it is in; undefined where that is no control group. */
export function readNsHierarchy(root: string): readonly NsCgroup[] | undefined {
  const groups: NsCgroup[] = [];
  const visit = (path: string): boolean => {
    const directory = join(root, path);
    const tasks = readTextFile(join(directory, 'tasks'));
    const names = readDirectory(directory);
    if (!isKnown(tasks) || !isKnown(names)) return false;
    groups.push({ path, tasks: tasks.split('\n').filter(Boolean).map(Number) });
    for (const name of names) visit(join(path, name));
    return true;
  };
  return visit('/') ? groups : undefined;
}
