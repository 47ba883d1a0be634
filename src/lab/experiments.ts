// The experiments, in the order of the documents.

import { abstractSockets } from './experiments/abstract-sockets.ts';
import { alikeMounts } from './experiments/alike-mounts.ts';
import { chrootedMountinfo } from './experiments/chrooted-mountinfo.ts';
import { deadNamespace } from './experiments/dead-namespace.ts';
import { deviceNumber } from './experiments/device-number.ts';
import { firstProcess } from './experiments/first-process.ts';
import { fixedInodes } from './experiments/fixed-inodes.ts';
import { forcedSignals } from './experiments/forced-signals.ts';
import { handledSignal } from './experiments/handled-signal.ts';
import { hiddenByDescriptor } from './experiments/hidden-by-descriptor.ts';
import { hiddenByMount } from './experiments/hidden-by-mount.ts';
import { hiddenByThread } from './experiments/hidden-by-thread.ts';
import { initDeath } from './experiments/init-death.ts';
import { kernelSignals } from './experiments/kernel-signals.ts';
import { loopbackAlone } from './experiments/loopback-alone.ts';
import { nestedUserNamespaces } from './experiments/nested-user-namespaces.ts';
import { netDirectory } from './experiments/net-directory.ts';
import { nsCgroup } from './experiments/ns-cgroup.ts';
import { orphansAdopted } from './experiments/orphans-adopted.ts';
import { parentOutside } from './experiments/parent-outside.ts';
import { pidWithoutMount } from './experiments/pid-without-mount.ts';
import { pinnedByMount } from './experiments/pinned-by-mount.ts';
import { powerlessRoot } from './experiments/powerless-root.ts';
import { procOfMounter } from './experiments/proc-of-mounter.ts';
import { propagationCure, propagationTrap } from './experiments/propagation.ts';
import { reusedInode } from './experiments/reused-inode.ts';
import { setnsChildren } from './experiments/setns-children.ts';
import { setnsDescendants } from './experiments/setns-descendants.ts';
import { signalFromInside } from './experiments/signal-from-inside.ts';
import { unreaped } from './experiments/unreaped.ts';
import { unshareChildren } from './experiments/unshare-children.ts';
import type { Experiment } from './stage/experiment.ts';

export const experiments: readonly Experiment[] = [
  firstProcess,
  orphansAdopted,
  unreaped,
  signalFromInside,
  handledSignal,
  forcedSignals,
  kernelSignals,
  initDeath,
  deadNamespace,
  pinnedByMount,
  procOfMounter,
  unshareChildren,
  setnsChildren,
  setnsDescendants,
  parentOutside,
  pidWithoutMount,
  propagationTrap,
  propagationCure,
  loopbackAlone,
  abstractSockets,
  powerlessRoot,
  nestedUserNamespaces,
  hiddenByDescriptor,
  hiddenByMount,
  hiddenByThread,
  reusedInode,
  fixedInodes,
  netDirectory,
  deviceNumber,
  alikeMounts,
  chrootedMountinfo,
  nsCgroup,
];
