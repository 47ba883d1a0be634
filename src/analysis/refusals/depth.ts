// User and pid namespaces nest some 32 deep below those of the boot.
import { isKnown } from '../../model/snapshot/known.ts';
import { type Gate, isMaking, type Ruling } from './gate.ts';

/**
 * A namespace that has more above it can have none below: the level of the parent is compared with 32 for user
 * namespaces, that of the child for pid namespaces.
 */
const deepestParent = { user: 32, pid: 31 } as const;

export const depth: Gate = {
  name: 'depth',
  source: 'kernel/user_namespace.c create_user_ns(): parent_ns->level > 32; kernel/pid_namespace.c MAX_PID_NS_LEVEL',
  judge({ refused, caller, settings }): Ruling | undefined {
    if (!isMaking(refused.call) || refused.errno !== 'ENOSPC') return undefined;
    for (const type of ['user', 'pid'] as const) {
      if (!refused.types.includes(type)) continue;
      const level = type === 'user' ? caller.depth : caller.pidDepth;
      if (isKnown(level) ? level <= deepestParent[type] : settings.limits[type] === 0) continue;
      return {
        closed: isKnown(level),
        evidence: isKnown(level)
          ? [`${level} ${type} namespaces are above its own`]
          : [`how many ${type} namespaces are above its own cannot be seen from here`],
        meaning: `${type} namespaces nest ${deepestParent[type] + 1} deep below that of the boot, and no setting changes that`,
        fix: { how: 'start it further outside, with fewer sandboxes around it', command: null },
      };
    }
    return undefined;
  },
};
