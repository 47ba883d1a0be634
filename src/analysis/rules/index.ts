// The table of rules, in the order in which findings of one severity are listed.
import type { Rule } from '../findings/rule.ts';
import { initDoesNotReap } from './init-does-not-reap.ts';

export const rules: readonly Rule<never>[] = [initDoesNotReap];
