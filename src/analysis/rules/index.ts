// The table of rules, in the order in which findings of one severity are listed.
import type { Rule } from '../findings/rule.ts';
import { deadPidNamespace } from './dead-pid-namespace.ts';
import { initDoesNotReap } from './init-does-not-reap.ts';
import { nameOfNothing } from './name-of-nothing.ts';
import { namespaceLeaked } from './namespace-leaked.ts';
import { namespaceLimitNear } from './namespace-limit-near.ts';
import { networkNotEnding } from './network-not-ending.ts';
import { subordinateIdsExhausted } from './subordinate-ids-exhausted.ts';
import { taskLimitNear } from './task-limit-near.ts';
import { workloadEndedPinned } from './workload-ended-pinned.ts';

export const rules: readonly Rule<never>[] = [
  namespaceLeaked,
  workloadEndedPinned,
  nameOfNothing,
  deadPidNamespace,
  networkNotEnding,
  initDoesNotReap,
  namespaceLimitNear,
  taskLimitNear,
  subordinateIdsExhausted,
];
