// What lies in the directories in which namespaces have names: of ip-netns(8), Docker, Podman, CNI and CRI-O.

import { readNameFiles } from '../kernel/nsfs/name-files.ts';
import { BoundNamespaces } from '../kernel/nsfs/namespace-files.ts';
import { isKnown, type Known } from '../model/snapshot/known.ts';
import type { NameFile } from '../model/snapshot/schema.ts';
import type { ConditionReader, ConditionReport } from './condition.ts';

/**
 * Those of CRI-O are named after what is in them. /var/run is a link to /run nearly everywhere, and another directory
 * where it is not. What rootless engines name lies in a mount namespace of their own, and cannot be told from here.
 */
const directories = ['/run', '/var/run'].flatMap((run) =>
  ['netns', 'docker/netns', 'ipcns', 'utsns', 'userns', 'pidns'].map((name) => `${run}/${name}`),
);

export const nameFiles: ConditionReader<'nameFiles'> = {
  name: 'nameFiles',
  question: 'what do the names of namespaces lead to?',
  read(_snapshot, report) {
    const bound = new BoundNamespaces();
    return Object.freeze(directories.flatMap((directory) => readDirectory(directory, bound, report)));
  },
};

function readDirectory(directory: string, bound: BoundNamespaces, report: ConditionReport): NameFile[] {
  report.asked();
  const found = readNameFiles(directory, bound);
  if (!isKnown(found)) {
    // By way of a link it is one of the others.
    if (found.unknown !== 'gone' && found.errno !== 'ELOOP')
      report.refused('listing a directory of names', found.errno ?? '?', directory);
    return [];
  }
  if (found.cut) report.refused('reading more names than the first', 'E2BIG', directory);
  return found.files.flatMap(({ path, look, named, link }) => {
    report.asked();
    if (!isKnown(look)) return [];
    const leadsTo = judge(named, look.type);
    if (leadsTo === undefined) {
      report.refused('following a name', isKnown(named) ? '?' : (named.errno ?? '?'), path);
      return [];
    }
    return Object.freeze({
      path,
      leadsTo,
      ...(isKnown(named) ? { namespace: Object.freeze(named) } : {}),
      ...(link !== undefined && isKnown(link) ? { link } : {}),
      changedAt: new Date(look.changedAtMs).toISOString(),
      uid: look.uid,
    });
  });
}

/** Undefined where it was refused. */
function judge(named: Known<{ readonly inode: number }>, type: string): NameFile['leadsTo'] | undefined {
  if (isKnown(named)) return 'namespace';
  if (named.errno === 'ENOTTY') return type === 'directory' ? 'directory' : 'file';
  return named.errno === 'ENOENT' && type === 'link' ? 'nothing' : undefined;
}
