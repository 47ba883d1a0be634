// The rules for writing a map of ids: who may map which ids, and only once.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Gate, Ruling } from './gate.ts';
import { describeMap } from './id-map.ts';

/** Of a map that was asked for, its ranges; nothing of one that was not seen. */
function nameLines(text = ''): string {
  const lines = text.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
  return text === '' ? '' : `"${lines.join(', ')}" `;
}

export const mapRules: Gate = {
  name: 'id-map',
  source: 'kernel/user_namespace.c map_write(), new_idmap_permitted()',
  judge({ refused, caller }): Ruling | undefined {
    const file = /\/(uid|gid)_map$/.exec(refused.target ?? '')?.[1];
    if (refused.call === 'setresuid' || refused.call === 'setresgid') {
      if (refused.errno !== 'EINVAL') return undefined;
      const map = refused.call === 'setresuid' ? caller.uidMap : caller.gidMap;
      return {
        closed: true,
        evidence: [`its map ${describeMap(map)}`],
        meaning: 'the id has no place in its user namespace',
        fix: {
          how: 'map it, by newuidmap(1) and newgidmap(1) and the ids of /etc/subuid and /etc/subgid',
          command: null,
        },
      };
    }
    if (refused.call !== 'write' || file === undefined || refused.errno !== 'EPERM') return undefined;
    const map = file === 'uid' ? caller.uidMap : caller.gidMap;
    const isWritten = isKnown(map) && map.length > 0 && refused.target?.includes('/self/');
    return {
      closed: isWritten === true,
      evidence: [
        `its own ${file}_map ${describeMap(map)}`,
        `uid ${caller.euid} wrote ${nameLines(refused.source)}to ${refused.target}`,
      ],
      meaning: isWritten
        ? 'the map is written already, and a map is written once'
        : `without CAP_SET${file.toUpperCase()} in the user namespace above one may map the own id alone, in one line of length 1; the ids outside must have a place in that user namespace; and a map is written once`,
      fix: isWritten
        ? { how: 'write another map in a new user namespace: that of one that exists stays as it is', command: null }
        : {
            how: `map the own id alone (unshare --map-user), or more by new${file}map(1), with a line of /etc/sub${file} for this user; a ${file}map program that is not setuid root or that runs under no_new_privs cannot do it either`,
            command: `grep "^$(id -un):" /etc/sub${file}`,
          },
    };
  },
};
