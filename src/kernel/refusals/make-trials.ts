// Tries to make each type of namespace in a child that ends at once: directly, and after a user namespace; and what
// sandboxes need besides, maps of ids and a new /proc.
import type {
  CallerState,
  MakingTrial,
  RefusalEvidence,
  RefusalSettings,
  RefusedCall,
} from '../../model/evidence/refusal-evidence.ts';
import { hasCapability } from '../../model/names/capability-names.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts } from '../../model/snapshot/namespace-types.ts';
import { attempt } from '../files/files.ts';
import { closeNamespace, openNamespace } from '../nsfs/nsfs.ts';
import type { SpawnStep } from '../own/spawn.ts';
import { readCallerState } from './caller-state.ts';
import { probeFilters } from './filter-probes.ts';
import { nameCall, tryInChild } from './trial.ts';

const makeUser: SpawnStep = ['unshare', namespaceTypeFacts.user.cloneValue];

/** MS_NOSUID, MS_NODEV and MS_NOEXEC. */
const proc: SpawnStep = ['mount', 'proc', '/', 'proc', 2 | 4 | 8, null];

/** How the trials know who asks. */
interface Asking {
  readonly caller: CallerState;
  readonly settings: RefusalSettings;
}

/**
 * @param types - of them each is tried
 * @throws TrialError where no child can be had; AddonMissingError
 */
export function tryMaking(asking: Asking, types: readonly NamespaceType[]): MakingTrial[] {
  const filters = probeFilters(asking.caller, types);
  const trials = { ...asking, filters };
  return [
    ...types.flatMap((type): MakingTrial[] => {
      const direct = perform(type, 'directly', [['unshare', namespaceTypeFacts[type].cloneValue]], trials);
      if (type === 'user' || direct.refusal === null) return [direct];
      const within = perform(
        type,
        'in a user namespace',
        [makeUser, ['sync'], ['unshare', namespaceTypeFacts[type].cloneValue]],
        trials,
      );
      return [direct, within];
    }),
    ...(types.includes('user') ? tryFurnishing(trials) : []),
  ];
}

type Trials = Asking & { readonly filters: RefusalEvidence['trials']['probes'] };

/** What a sandbox does next in its user namespace. Where that itself is refused there is nothing to try. */
function tryFurnishing(trials: Trials): MakingTrial[] {
  if (tryInChild([makeUser]).errno !== null) return [];
  const { euid, egid } = trials.caller;
  const maps: SpawnStep[] = [
    ['write', '/proc/self/setgroups', 'deny'],
    ['write', '/proc/self/uid_map', `0 ${euid} 1`],
    ['write', '/proc/self/gid_map', `0 ${egid} 1`],
  ];
  const mapping = perform('maps', 'in a user namespace', [makeUser, ['sync'], ...maps], trials);
  if (mapping.refusal) return [mapping];
  const more = namespaceTypeFacts.mnt.cloneValue | namespaceTypeFacts.pid.cloneValue;
  const steps: SpawnStep[] = [makeUser, ...maps, ['unshare', more], ['clone', 0], ['sync'], proc];
  const mounting = perform('proc', 'in a user namespace', steps, trials);
  return mounting.refusal && mounting.refusal.refused.call !== 'mount' ? [mapping] : [mapping, mounting];
}

function perform(
  what: MakingTrial['what'],
  way: MakingTrial['way'],
  steps: readonly SpawnStep[],
  { caller, settings, filters }: Trials,
): MakingTrial {
  let asker = caller;
  const answer = tryInChild(steps, (pid) => {
    const state = readCallerState(pid);
    if (isKnown(state)) asker = state;
  });
  if (answer.errno === null) return { what, way, refusal: null };
  const step = steps[answer.failed ?? steps.length - 1];
  const refused = describeStep(step, answer.errno);
  if (step === steps[0]) asker = caller;
  const isUser = refused.call === 'unshare' && refused.types.includes('user');
  const trials: RefusalEvidence['trials'] = {
    probes: filters,
    ...(isKnown(caller.seccompFilters) ? { filters: caller.seccompFilters } : {}),
    ...(isUser && refused.errno === 'EPERM' ? tryFromRealRoot(caller) : {}),
    ...(refused.errno === 'ENOSPC' && step === steps.at(-1) ? tryAsAnother(caller, refused) : {}),
  };
  // The child that asks has one thread, however many nscope has.
  return { what, way, refusal: { refused, caller: { ...asker, threads: 1 }, settings, trials } };
}

function describeStep(step: SpawnStep | undefined, errno: string): RefusedCall {
  const call = nameCall(step);
  if (step?.[0] === 'unshare') {
    const flags = step[1];
    const types = Object.values(namespaceTypeFacts).filter(({ cloneValue }) => (flags & cloneValue) !== 0);
    return { call, types: types.map(({ type }) => type), errno };
  }
  if (step?.[0] === 'mount') return { call, types: [], errno, flags: step[4], target: step[2], fsType: step[3] ?? '' };
  return { call, types: [], errno, ...(step?.[0] === 'write' ? { target: step[1], source: step[2] } : {}) };
}

/** Entering the own mount namespace anew goes back to its root: setns(2). It takes two capabilities. */
function tryFromRealRoot({ effective }: CallerState): Pick<RefusalEvidence['trials'], 'fromRealRoot'> {
  if (!hasCapability(effective, 'CAP_SYS_CHROOT') || !hasCapability(effective, 'CAP_SYS_ADMIN')) return {};
  const own = attempt(() => openNamespace('/proc/self/ns/mnt'));
  if (!isKnown(own)) return {};
  try {
    const { errno, failed } = tryInChild([['setns', own.fd, namespaceTypeFacts.mnt.cloneValue], makeUser]);
    return failed === 0 ? {} : { fromRealRoot: errno };
  } finally {
    closeNamespace(own);
  }
}

/** Limits count by user: where another one may still make such a namespace, it is the user's own number that is full. */
function tryAsAnother(caller: CallerState, { types }: RefusedCall): Pick<RefusalEvidence['trials'], 'asAnother'> {
  const [type] = types;
  const uid = findAnotherUid(caller);
  if (type === undefined || uid === undefined || !hasCapability(caller.effective, 'CAP_SETUID')) return {};
  const steps: SpawnStep[] = [['setuid', uid], makeUser];
  if (type !== 'user') steps.push(['unshare', namespaceTypeFacts[type].cloneValue]);
  const { errno, failed } = tryInChild(steps);
  const isComparable = errno === null || failed === steps.length - 1;
  return isComparable ? { asAnother: { uid, errno } } : {};
}

function findAnotherUid({ uidMap, euid }: CallerState): number | undefined {
  for (const { inside, count } of isKnown(uidMap) ? uidMap : [])
    for (const uid of [inside + Math.min(count - 1, 65_533), inside]) if (uid !== euid && uid !== 0) return uid;
  return undefined;
}
