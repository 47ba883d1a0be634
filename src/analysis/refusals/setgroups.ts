// setgroups(2) in a user namespace, and the gid map that cannot be written before it was given up.
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, isCapable } from './gate.ts';
import { describeMap } from './id-map.ts';

export const setgroups: Gate = {
  name: 'setgroups',
  source: 'kernel/user_namespace.c userns_may_setgroups(), new_idmap_permitted()',
  judge(evidence) {
    const { caller, refused } = evidence;
    if (refused.errno !== 'EPERM') return undefined;
    const state = isKnown(caller.setgroups) ? caller.setgroups : 'not known';
    if (refused.call === 'setgroups') {
      const isEmpty = isKnown(caller.gidMap) && caller.gidMap.length === 0;
      if (!isCapable(evidence, 'CAP_SETGID') || (state !== 'deny' && !isEmpty)) return undefined;
      return {
        closed: true,
        evidence: [`its /proc/PID/setgroups is ${state}`, `its gid_map ${describeMap(caller.gidMap)}`],
        meaning: isEmpty
          ? 'no group has a place in its user namespace yet: the gid map comes first'
          : 'setgroups was given up in this user namespace for good: whoever maps a gid without privilege must do so',
        fix: {
          how: isEmpty
            ? 'write the gid map first'
            : 'map groups by newgidmap(1) and the ids of /etc/subgid, which keeps setgroups: unshare --map-auto, podman, bwrap with --userns-block-fd',
          command: null,
        },
      };
    }
    if (refused.call !== 'write' || refused.target !== '/proc/self/gid_map' || state !== 'allow') return undefined;
    // map_write() looks first whether there is a map.
    if (isKnown(caller.gidMap) && caller.gidMap.length > 0) return undefined;
    return {
      closed: true,
      evidence: ['its /proc/PID/setgroups is allow', `${refused.target} was to be written`],
      meaning: 'a gid map without CAP_SETGID in the user namespace above is taken only after setgroups was given up',
      fix: {
        how: 'write deny to setgroups first, as unshare --setgroups=deny does; or use newgidmap(1)',
        command: null,
      },
    };
  },
};
