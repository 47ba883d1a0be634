// nscope orphan: a process that loses its parent.
import { becomeOrphan } from '../../kernel/own/child-events.ts';

export function run(): never {
  return becomeOrphan();
}
