// What is read of a namespace of this host when it is shown; of a snapshot from a file nothing is.
import { findMembers } from '../../analysis/graph/namespace-relations.ts';
import type { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { loadAddon } from '../../kernel/addon/addon.ts';
import { readMountSummary } from '../../kernel/mounts/mount-summary.ts';
import { closeNamespace } from '../../kernel/nsfs/nsfs.ts';
import { readFirstChild } from '../../kernel/process/first-child.ts';
import { readPidNamespaceInit } from '../../kernel/process/pid-namespace-init.ts';
import { reachNamespace } from '../../launch/namespaces/reach-namespace.ts';
import type { MountSummary } from '../../model/evidence/mount-summary.ts';
import type { PidNamespaceInit } from '../../model/evidence/pid-namespace-init.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';
import type { LiveDetails } from '../../render/pages/show-namespace.ts';
import type { OptionValues } from '../table/option-values.ts';

export function readLiveDetails(namespace: Namespace, index: SnapshotIndex, options: OptionValues): LiveDetails {
  if (options.from !== undefined) return {};
  return {
    init: readInit(namespace, index),
    firstChild: readBirth(namespace, index),
    mounts: readMounts(namespace, index),
  };
}

/** Of a pid namespace without an init, whose links for children tell on some kernels. */
function readBirth(namespace: Namespace, index: SnapshotIndex): 'awaited' | 'ended' | undefined {
  if (namespace.type !== 'pid' || typeof namespace.init === 'number') return undefined;
  const tids = findMembers(namespace, index).forChildren.map(({ tid }) => tid);
  return readFirstChild(tids, namespace.inode, index.snapshot.host.kernel);
}

function readMounts(namespace: Namespace, index: SnapshotIndex): Known<MountSummary> | undefined {
  const { type, inode, id } = namespace;
  if (type !== 'mnt') return undefined;
  const open = 'addon' in loadAddon() ? reachNamespace(index, namespace) : undefined;
  const held = open !== undefined && isKnown(open) ? open : undefined;
  try {
    return readMountSummary({
      fd: held?.fd,
      id: isKnown(id) ? id : undefined,
      own: index.snapshot.host.vantage.namespaces.mnt === inode,
      paths: findMembers(namespace, index).processes.map(({ pid }) => `/proc/${pid}/ns/mnt`),
    });
  } finally {
    if (held) closeNamespace(held);
  }
}

/** Not of an init that has ended. */
function readInit({ type, init }: Namespace, { snapshot }: SnapshotIndex): PidNamespaceInit | undefined {
  if (type !== 'pid' || init === undefined || !isKnown(init) || init === null) return undefined;
  return readPidNamespaceInit(init, snapshot.host.vantage.procPidNamespace);
}
