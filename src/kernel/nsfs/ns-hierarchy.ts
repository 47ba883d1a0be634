// The hierarchy of the ns control group, which Linux 2.6.24 to 2.6.39 had: a directory for each set of namespaces that
// clone(2) or unshare(2) made, with the threads in it in a file called tasks.
import { join, resolve } from 'node:path';
import type { NsCgroup } from '../../model/evidence/ns-cgroup.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { parseMounts } from '../../parse/proc/mounts.ts';
import { readTextFile } from '../files/files.ts';
import { listShapedDirectory, readShapedFile } from '../files/shaped-files.ts';

const maxBytes = 2 ** 24;
const maxGroups = 100_000;

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
    const directory = Buffer.from(resolve(root, `.${path}`)).toString('latin1');
    const tasks = readShapedFile({ path: `${directory}/tasks`, links: 'directories' }, maxBytes);
    const listing = listShapedDirectory({ path: directory, links: 'all' }, maxGroups);
    if (!isKnown(tasks) || !isKnown(listing)) return false;
    groups.push({ path, tasks: tasks.split('\n').filter(Boolean).map(Number) });
    for (const name of listing.names) visit(join(path, Buffer.from(name, 'latin1').toString('utf8')));
    return true;
  };
  return visit('/') ? groups : undefined;
}
