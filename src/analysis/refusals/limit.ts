// user.max_*_namespaces: how many namespaces of a type a user may have. Each user namespace on the way up counts for itself:
// the lowest for the user who makes one, each above for the user who made the one below it.
import type { RefusalEvidence } from '../../model/evidence/refusal-evidence.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import { type Gate, isInInitialNamespace, isMaking, nameCallersNamespace, type Ruling } from './gate.ts';

/** Every user namespace but that of the boot begins with it: no limit in practice. */
const unlimited = 2_147_483_647;

/** At which level a limit is reached, as far as that is known. */
type Level = 'own' | 'above' | 'unknown';

export const limit: Gate = {
  name: 'limit',
  source: 'kernel/ucount.c inc_ucount()',
  judge(evidence) {
    const { refused } = evidence;
    if (!isMaking(refused.call) || (refused.errno !== 'ENOSPC' && refused.errno !== 'EUSERS')) return undefined;
    // A user namespace is made first: create_user_ns() comes before create_new_namespaces().
    const types = [...refused.types].sort((a, b) => Number(b === 'user') - Number(a === 'user'));
    const none = types.find((type) => readOwnLimit(type, evidence) === 0);
    if (none) return judgeType(none, evidence);
    const rulings = types.map((type) => judgeType(type, evidence));
    const [first] = rulings;
    // Of several types that of any may be reached.
    return (
      first && {
        ...first,
        closed: rulings.every(({ closed }) => closed),
        evidence: rulings.flatMap((one) => one.evidence),
      }
    );
  },
};

function judgeType(type: NamespaceType, evidence: RefusalEvidence): Ruling {
  const { caller } = evidence;
  const name = `user.max_${type}_namespaces`;
  const here = nameCallersNamespace(evidence);
  const level = findLevel(type, evidence);
  // Nesting has the same errno.
  const closed =
    (level === 'own' && !isFarFrom(type, evidence)) || (level === 'above' && type !== 'user' && type !== 'pid');
  const meanings: Readonly<Record<Level, string>> = {
    own:
      readOwnLimit(type, evidence) === 0
        ? `${name} is 0 in ${here}: nobody may make one there`
        : `uid ${caller.euid} has as many ${type} namespaces in ${here} and below as one user may have there`,
    above: `${here} itself sets no limit: that of a user namespace above it is reached, which counts for the user who made the one below`,
    unknown: `the limit of ${here} for uid ${caller.euid} is reached, or that of a user namespace above it for the user who made the one below`,
  };
  const where =
    level === 'own' ? `in ${here}` : level === 'above' ? `further outside than ${here}` : 'where it is reached';
  return {
    closed,
    evidence: listEvidence(type, name, here, evidence),
    meaning: meanings[level],
    fix: {
      how: `end namespaces that nobody needs (nscope ls --hidden), or let root ${where} raise the limit`,
      command: `sysctl -w ${name}=NUMBER`,
    },
  };
}

/** Fewer are seen than there may be, and no other user could make one: a filter may have the same errno. */
function isFarFrom(type: NamespaceType, evidence: RefusalEvidence): boolean {
  const { counted, asAnother } = evidence.trials;
  const value = readOwnLimit(type, evidence);
  return value !== undefined && counted !== undefined && counted < value && asAnother?.errno !== null;
}

/** The setting that nscope reads is that of the user namespace that nscope is in. */
function readOwnLimit(type: NamespaceType, { settings, caller }: RefusalEvidence): number | undefined {
  const value = settings.limits[type];
  return isKnown(value) && settings.userNamespace === caller.userNamespace ? value : undefined;
}

function findLevel(type: NamespaceType, evidence: RefusalEvidence): Level {
  const { trials, caller } = evidence;
  const value = readOwnLimit(type, evidence);
  if (isInInitialNamespace(evidence) || value === 0 || trials.asAnother?.errno === null) return 'own';
  if (value === unlimited) return 'above';
  // Where one user has a place there, all that is counted is that user's.
  const isOneUser = isKnown(caller.uidMap) && caller.uidMap.reduce((sum, { count }) => sum + count, 0) === 1;
  const isFull = value !== undefined && trials.counted !== undefined && trials.counted >= value;
  return isOneUser && isFull ? 'own' : 'unknown';
}

function listEvidence(type: NamespaceType, name: string, here: string, evidence: RefusalEvidence): string[] {
  const { trials, settings } = evidence;
  const value = readOwnLimit(type, evidence);
  const elsewhere = settings.limits[type];
  return [
    value === undefined
      ? `${name} of ${here} is read only inside it; where nscope is it is ${isKnown(elsewhere) ? elsewhere : 'not readable'}`
      : `${name} is ${value} in ${here}`,
    ...(trials.counted === undefined ? [] : [`${trials.counted} ${type} namespaces in it and below are seen`]),
    ...(trials.asAnother
      ? [`the same as uid ${trials.asAnother.uid}: ${trials.asAnother.errno ?? 'carried out'}`]
      : []),
  ];
}
