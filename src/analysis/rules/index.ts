// The table of rules, in the order in which findings of one severity are listed.
import type { Rule } from '../findings/rule.ts';
import { copiedPins } from './copied-pins.ts';
import { deadPidNamespace } from './dead-pid-namespace.ts';
import { deviceInContainer } from './device-in-container.ts';
import { deviceInEndedNamespace } from './device-in-ended-namespace.ts';
import { idMapEmpty } from './id-map-empty.ts';
import { idMapOfHostRoot } from './id-map-of-host-root.ts';
import { idMapsOverlap } from './id-maps-overlap.ts';
import { idRangeOfAnother } from './id-range-of-another.ts';
import { initDoesNotReap } from './init-does-not-reap.ts';
import { mountLeftBehind } from './mount-left-behind.ts';
import { mountsLeaveChild } from './mounts-leave-child.ts';
import { nameOfNothing } from './name-of-nothing.ts';
import { namespaceLeaked } from './namespace-leaked.ts';
import { namespaceLimitNear } from './namespace-limit-near.ts';
import { networkNotEnding } from './network-not-ending.ts';
import { networkOnlyLoopback } from './network-only-loopback.ts';
import { nsfsBelowBind } from './nsfs-below-bind.ts';
import { privilegedInSharedNamespace } from './privileged-in-shared-namespace.ts';
import { procOfAnotherPidNamespace } from './proc-of-another-pid-namespace.ts';
import { stalePidFile } from './stale-pid-file.ts';
import { subordinateIdsExhausted } from './subordinate-ids-exhausted.ts';
import { taskLimitNear } from './task-limit-near.ts';
import { wireIntoEmptyNamespace } from './wire-into-empty-namespace.ts';
import { workloadEndedPinned } from './workload-ended-pinned.ts';

export const rules: readonly Rule<never>[] = [
  namespaceLeaked,
  workloadEndedPinned,
  nameOfNothing,
  stalePidFile,
  deadPidNamespace,
  deviceInEndedNamespace,
  networkNotEnding,
  mountLeftBehind,
  nsfsBelowBind,
  copiedPins,
  mountsLeaveChild,
  procOfAnotherPidNamespace,
  initDoesNotReap,
  privilegedInSharedNamespace,
  idMapsOverlap,
  idMapOfHostRoot,
  idMapEmpty,
  idRangeOfAnother,
  namespaceLimitNear,
  taskLimitNear,
  subordinateIdsExhausted,
  networkOnlyLoopback,
  wireIntoEmptyNamespace,
  deviceInContainer,
];
