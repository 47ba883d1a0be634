// The ids that each user namespace maps. /proc/PID/uid_map, gid_map, setgroups: user_namespaces(7).
import { readMemberFile } from '../../kernel/proc/member-file.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { parseIdMap } from '../../parse/proc/id-map.ts';
import type { Source } from '../contract/source.ts';

export const userMaps: Source<'wanted' | 'namespaces'> = {
  name: 'user-maps',
  question: 'which ids does each user namespace map?',
  skip: ({ wanted }) => (wanted.attributes ? undefined : 'attributes were not asked for'),
  run({ namespaces }, report) {
    for (const { type, inode, members } of namespaces.list()) {
      if (type !== 'user') continue;
      const pid = members.get('user');
      if (pid === undefined) {
        report.emit({ fact: 'namespace', type, inode, uidMap: noMember, gidMap: noMember, setgroups: noMember });
        continue;
      }
      report.asked();
      const read = (file: string) => readMemberFile(pid, file, 'user', inode);
      report.emit({
        fact: 'namespace',
        type,
        inode,
        uidMap: parsed(read('uid_map'), 'uid_map'),
        gidMap: parsed(read('gid_map'), 'gid_map'),
        setgroups: trimmed(read('setgroups')),
      });
    }
  },
};

const noMember = Object.freeze({
  unknown: 'unsupported',
  detail: 'no process is in it, and /proc shows maps by process',
} as const);

function parsed(text: Known<string>, file: string) {
  return isKnown(text) ? Object.freeze(parseIdMap(text, `/proc/PID/${file}`)) : text;
}

function trimmed(text: Known<string>): Known<string> {
  return isKnown(text) ? text.trim() : text;
}
