// nscope why --enter TARGET: tries to enter namespaces that are there, in children that end at once.
import { explainPowers } from '../../analysis/capabilities/may-enter.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import {
  type EntryJudgement,
  type EntryTrial,
  judgeClosedLink,
  judgeEntry,
} from '../../analysis/refusals/judge-entry.ts';
import { quoteWord } from '../../analysis/release/shell-words.ts';
import { closeNamespace, type OpenNamespace } from '../../kernel/nsfs/nsfs.ts';
import type { SpawnStep } from '../../kernel/own/spawn.ts';
import { probeFilters } from '../../kernel/refusals/filter-probes.ts';
import { tryInChild } from '../../kernel/refusals/trial.ts';
import { reachNamespace } from '../../launch/namespaces/reach-namespace.ts';
import type { CallerState, FilterProbe } from '../../model/evidence/refusal-evidence.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { type NamespaceType, namespaceTypeFacts, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import { wantEverything } from '../../model/snapshot/wanted.ts';
import { describeEntry } from '../../render/pages/why-page.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { chooseTypes } from '../reading/read-types.ts';
import { checkTargets, findTarget, mayBeWorkload, toLeader } from '../reading/target.ts';
import { UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import { readSelf } from './read-self.ts';
import { writeAnswer } from './write-answer.ts';

interface Found {
  readonly open: readonly Namespace[];
  /** Those that the links of a process do not tell. */
  readonly closed: readonly EntryJudgement[];
}

/** @returns the exit status */
export async function whyEnter(word: string, types: readonly NamespaceType[], options: OptionValues): Promise<number> {
  checkTargets([word]);
  const caller = readSelf();
  const snapshot = await readSnapshot(options, { ...wantEverything, workloads: mayBeWorkload(word) });
  const index = new SnapshotIndex(snapshot);
  const found = findNamespaces(word, index, options, caller);
  const meant = chooseTypes(found.open, types);
  const closed = found.closed.filter(({ namespace: { type } }) => types.length === 0 || types.includes(type));
  if (meant.length + closed.length === 0) throw new UsageError(`${word} is of none of the types ${types.join(', ')}`);
  const probes = probeFilters(
    caller,
    meant.map(({ type }) => type),
  );
  const target = quoteWord(word);
  const tried = meant.map((namespace) => judgeEntry({ ...tryEntering(namespace, index, caller, probes), target }));
  const judgements = [...tried, ...closed];
  writeAnswer({ entries: judgements, caller }, () => describeEntry(judgements, caller), options);
  return judgements.some(({ verdict }) => verdict === 'refused') ? 1 : 0;
}

/** A process stands for the namespaces that it is in. */
function findNamespaces(word: string, index: SnapshotIndex, options: OptionValues, caller: CallerState): Found {
  const target = toLeader(findTarget(word, index, options), index);
  if (target.kind === 'namespace') return { open: [target.namespace], closed: [] };
  const { namespaces, pid, uid } = target.process;
  const open: Namespace[] = [];
  const closed: EntryJudgement[] = [];
  for (const type of namespaceTypes) {
    const inode = namespaces[type];
    const namespace = isKnown(inode) ? index.namespace(type, inode) : undefined;
    if (namespace) open.push(namespace);
    else if (!isKnown(inode) && inode.unknown === 'denied') {
      const { euid, effective } = caller;
      closed.push(
        judgeClosedLink(type, { pid, target: quoteWord(word), uid, errno: inode.errno ?? 'EACCES', euid, effective }),
      );
    }
  }
  if (open.length + closed.length === 0)
    throw new UsageError(`which namespaces process ${pid} is in is not known: it may have ended`);
  return { open, closed };
}

function tryEntering(
  namespace: Namespace,
  index: SnapshotIndex,
  caller: CallerState,
  probes: readonly FilterProbe[],
): Omit<EntryTrial, 'target'> {
  const { type, inode } = namespace;
  const own = index.snapshot.host.vantage.namespaces;
  const { euid, effective, userNamespace } = caller;
  const user = isKnown(userNamespace) ? userNamespace : 0;
  const powers = explainPowers(
    { euid, effective, userNamespace: user },
    own.pid ?? { unknown: 'gone' },
    namespace,
    index,
  );
  const base = { namespace: { type, inode }, isOwn: own[type] === inode, powers, probes };
  if (base.isOwn) return { ...base, opened: true };
  const open = reachNamespace(index, namespace);
  if (!isKnown(open)) return { ...base, opened: open };
  const owner = reachOwner(namespace, index);
  try {
    const enter: SpawnStep = ['setns', open.fd, namespaceTypeFacts[type].cloneValue];
    const direct = tryInChild([enter]).errno;
    if (direct === null || !isKnown(owner)) return { ...base, opened: true, direct };
    const through: SpawnStep[] = [['setns', owner.fd, namespaceTypeFacts.user.cloneValue], enter];
    return { ...base, opened: true, direct, throughOwner: tryInChild(through).errno };
  } finally {
    closeNamespace(open);
    if (isKnown(owner)) closeNamespace(owner);
  }
}

function reachOwner({ type, owner }: Namespace, index: SnapshotIndex): Known<OpenNamespace> {
  const namespace = type !== 'user' && isKnown(owner) && owner !== null ? index.namespace('user', owner) : undefined;
  return namespace ? reachNamespace(index, namespace) : { unknown: 'not-asked' };
}
