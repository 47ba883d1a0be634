// User namespaces with processes and without a map: every id in them is the overflow id, user_namespaces(7).
import { findStartMs } from '../../model/derived/start-moment.ts';
import type { Rule } from '../findings/rule.ts';
import { readMap } from '../graph/mapped-ids.ts';
import { formatCommand } from '../release/shell-words.ts';

/** Who makes a user namespace writes the map a moment later. */
const settledAfterMs = 2000;

export const idMapEmpty: Rule<never> = {
  code: 'id-map-empty',
  severity: 'note',
  title: 'user namespaces in which no id is mapped',
  means:
    'Ids without a map are the overflow id there: processes are shown as nobody or nogroup, cannot make files, and programs with set-user-ID or capabilities do nothing for them. A map can be written once.',
  needs: [],
  find({ snapshot, index, takenAtMs }, report) {
    for (const namespace of snapshot.namespaces) {
      if (namespace.type !== 'user') continue;
      const uids = readMap(namespace, 'uid');
      const gids = readMap(namespace, 'gid');
      const leader = namespace.processes.leader === null ? undefined : index.process(namespace.processes.leader);
      if (!leader || leader.state === 'Z' || (uids?.length !== 0 && gids?.length !== 0)) continue;
      const startedMs = findStartMs(leader.startTimeTicks, snapshot.host);
      if (startedMs !== undefined && takenAtMs - startedMs < settledAfterMs) continue;
      const { inode, processes } = namespace;
      const both = uids?.length === 0 && gids?.length === 0;
      const what = both ? 'neither uids nor gids' : uids?.length === 0 ? 'no uid' : 'no gid';
      report.add({
        severity: 'note',
        subjects: [
          { kind: 'namespace', type: 'user', inode },
          { kind: 'process', pid: leader.pid },
        ],
        says: `user:[${inode}] of process ${leader.pid} (${leader.comm}) maps ${what}`,
        seen: [
          ...(uids?.length === 0 ? [`/proc/${leader.pid}/uid_map is empty`] : []),
          ...(gids?.length === 0 ? [`/proc/${leader.pid}/gid_map is empty`] : []),
          `${processes.count} ${processes.count === 1 ? 'process is' : 'processes are'} in it, ${leader.pid} as uid ${leader.uid} of the host`,
        ],
        fixes: [
          {
            text: 'map the user of its process to root there, as unshare --map-root-user does',
            command: formatCommand(['sh', '-c', listWrites(leader.pid, uids, gids).join('; ')]),
          },
        ],
      });
    }
  },
};

/** Lines of the shell that write the maps which are empty. stat(1) tells user and group of a process by its directory. */
function listWrites(pid: number, uids: readonly unknown[] | undefined, gids: readonly unknown[] | undefined): string[] {
  const write = (letter: string, file: string) => `echo 0 $(stat -c %${letter} /proc/${pid}) 1 >/proc/${pid}/${file}`;
  return [
    ...(uids?.length === 0 ? [write('u', 'uid_map')] : []),
    // Without CAP_SETGID above, a gid map is taken only after that.
    ...(gids?.length === 0 ? [`echo deny >/proc/${pid}/setgroups`, write('g', 'gid_map')] : []),
  ];
}
