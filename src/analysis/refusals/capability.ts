// A capability that is missing in a user namespace: most calls need CAP_SYS_ADMIN in one, and each says in which.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import type { CapabilityName } from '../../model/names/capability-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { type Gate, isCapable, isMaking, nameCallersNamespace, type Ruling } from './gate.ts';

/** What a call needs: a capability, and in the owner of which namespace; in its own user namespace where that is left out. */
interface Need {
  readonly capability: CapabilityName;
  readonly ownerOf?: NamespaceType;
}

/** A file system whose mount shows a namespace: that namespace must belong to who mounts it. */
const shows: Readonly<Record<string, NamespaceType>> = {
  proc: 'pid',
  sysfs: 'net',
  mqueue: 'ipc',
  cgroup: 'cgroup',
  cgroup2: 'cgroup',
};

export const capability: Gate = {
  name: 'capability',
  source: 'kernel/capability.c ns_capable(): kernel/nsproxy.c, fs/namespace.c may_mount(), fs/super.c mount_capable()',
  judge(evidence) {
    if (evidence.refused.errno !== 'EPERM') return undefined;
    for (const need of listNeeds(evidence)) {
      const ruling = judgeNeed(need, evidence);
      if (ruling) return ruling;
    }
    return undefined;
  },
};

function listNeeds({ refused }: RefusalEvidence): readonly Need[] {
  const { call, types, fsType } = refused;
  const admin = { capability: 'CAP_SYS_ADMIN' } as const;
  // Who makes a user namespace in the same call has all capabilities in it.
  if (isMaking(call)) return types.length > 0 && !types.includes('user') ? [admin] : [];
  switch (call) {
    case 'setns':
      return types.includes('user') ? [] : [admin];
    case 'mount': {
      const shown = fsType === undefined ? undefined : shows[fsType];
      return [{ ...admin, ownerOf: 'mnt' }, ...(shown ? [{ ...admin, ownerOf: shown }] : [])];
    }
    case 'umount2':
    case 'pivot_root':
    case 'move_mount':
    case 'mount_setattr':
    case 'fsmount':
    case 'open_tree':
      return [{ ...admin, ownerOf: 'mnt' }];
    case 'sethostname':
      return [{ ...admin, ownerOf: 'uts' }];
    case 'chroot':
      return [{ capability: 'CAP_SYS_CHROOT' }];
    case 'setgroups':
    case 'setresgid':
      return [{ capability: 'CAP_SETGID' }];
    case 'setresuid':
      return [{ capability: 'CAP_SETUID' }];
    default:
      return [];
  }
}

function judgeNeed({ capability: name, ownerOf }: Need, evidence: RefusalEvidence): Ruling | undefined {
  const { caller, refused } = evidence;
  const here = nameCallersNamespace(evidence);
  const has = isCapable(evidence, name);
  const owner = ownerOf === undefined ? caller.userNamespace : caller.owners[ownerOf];
  const isElsewhere =
    ownerOf !== undefined &&
    owner !== undefined &&
    (isKnown(owner) ? owner !== caller.userNamespace : owner.errno === 'EPERM');
  if (has && !isElsewhere) return undefined;
  const whose =
    owner !== undefined && isKnown(owner) ? formatNamespace('user', owner) : 'a user namespace out of sight';
  const set = `CapEff ${caller.effective} in ${here}: ${has ? 'with' : 'without'} ${name}`;
  if (has && ownerOf !== undefined)
    return {
      // What it has in a user namespace it has in those below.
      closed: caller.depth !== 0,
      evidence: [set, `its ${ownerOf} namespace belongs to ${whose}`],
      meaning: `${refused.call} needs ${name} in the user namespace that owns the ${ownerOf} namespace, and it has it in ${here} alone`,
      fix: {
        how: `make a ${ownerOf} namespace in the new user namespace as well`,
        command: `unshare --user --map-root-user ${unshareFlags[ownerOf] ?? ''} COMMAND`.replace('  ', ' '),
      },
    };
  const inside = refused.types.map((type) => unshareFlags[type] ?? '').join(' ');
  return {
    closed: true,
    evidence: [set],
    meaning: `${refused.call} needs ${name} in ${ownerOf === undefined ? here : `the user namespace that owns the ${ownerOf} namespace`}, and it has not got it`,
    fix:
      inside === '' && !ofMounts.has(refused.call)
        ? {
            how: `start it with ${name}, or in a user namespace whose maps were written by newuidmap(1) and newgidmap(1)`,
            command: null,
          }
        : {
            how: 'do it in a new user namespace, where whoever makes it has all capabilities; that needs no privilege',
            command: `unshare --user --map-root-user ${inside || '--mount'} COMMAND`,
          },
  };
}

/** Calls that a mount namespace of one's own allows. */
const ofMounts: ReadonlySet<string> = new Set([
  ...['mount', 'umount2', 'pivot_root', 'chroot', 'move_mount', 'mount_setattr', 'fsmount', 'open_tree'],
]);

/** Options of unshare(1). */
const unshareFlags: Readonly<Partial<Record<NamespaceType, string>>> = {
  cgroup: '--cgroup',
  ipc: '--ipc',
  mnt: '--mount',
  net: '--net',
  pid: '--pid --fork --mount-proc',
  time: '--time',
  uts: '--uts',
};
