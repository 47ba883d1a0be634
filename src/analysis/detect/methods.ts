// Every method, in the order in which it is asked: what proves first, what was shown wrong last.
import { cgroupPath } from './cgroup-path.ts';
import { deviceNumber } from './device-number.ts';
import { engineTraces } from './engine-traces.ts';
import type { Method } from './finding.ts';
import { firstHole } from './first-hole.ts';
import { firstInodes } from './first-inodes.ts';
import { fixedInode } from './fixed-inode.ts';
import { hostSysctl } from './host-sysctl.ts';
import { initCommand } from './init-command.ts';
import { initLinks } from './init-links.ts';
import { initStart } from './init-start.ts';
import { kernelThreads } from './kernel-threads.ts';
import { kthreaddLinks } from './kthreadd-links.ts';
import { missingType } from './missing-type.ts';
import { namespaceId } from './namespace-id.ts';
import { nestedPids } from './nested-pids.ts';
import { netStatPlusOne } from './net-stat-plus-one.ts';
import { owner } from './owner.ts';
import { parent } from './parent.ts';
import { processCount } from './process-count.ts';
import { sharedMounts } from './shared-mounts.ts';
import { sharedNetDirectory } from './shared-net-directory.ts';
import { timeOffsets } from './time-offsets.ts';
import { uidMap } from './uid-map.ts';

/** The ways to tell whether a namespace is the boot's own, in the order in which they are shown. */
export const methods: readonly Method[] = [
  fixedInode,
  namespaceId,
  kthreaddLinks,
  parent,
  owner,
  missingType,
  nestedPids,
  kernelThreads,
  sharedMounts,
  sharedNetDirectory,
  timeOffsets,
  uidMap,
  initLinks,
  firstInodes,
  hostSysctl,
  processCount,
  initStart,
  cgroupPath,
  initCommand,
  engineTraces,
  firstHole,
  netStatPlusOne,
  deviceNumber,
];
