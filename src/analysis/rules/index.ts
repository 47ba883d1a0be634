// The table of rules, in the order in which findings of one severity are listed.
import type { Rule } from '../findings/rule.ts';
import { initDoesNotReap } from './init-does-not-reap.ts';
import { namespaceLimitNear } from './namespace-limit-near.ts';
import { subordinateIdsExhausted } from './subordinate-ids-exhausted.ts';
import { taskLimitNear } from './task-limit-near.ts';

export const rules: readonly Rule<never>[] = [
  initDoesNotReap,
  namespaceLimitNear,
  taskLimitNear,
  subordinateIdsExhausted,
];
