// Keeps Node 20 from compiling what has no time to pay off.
import { countTasks } from '../../kernel/proc/task-count.ts';

/** With fewer tasks few functions become hot. */
const manyTasks = 400;

/** Bytes of bytecode that run before a function is compiled anew; the usual budget is 132 KB. */
const budget = 2_000_000;

/**
 * With thousands of processes TurboFan takes up half of all processor time, and a listing is over before its code has run
 * for long: on 5,000 processes 0.5 s of processor time become 0.3 s. Loops that go on for longer are compiled all the same.
 * Later releases of Node compile in cheaper steps, and do not have the flag.
 */
export function compileLess(): void {
  if (!process.versions.v8.startsWith('11.') || (countTasks() ?? 0) < manyTasks) return;
  // Asked for here alone: the module takes milliseconds to load, and an import would be loaded on small hosts too.
  process.getBuiltinModule('node:v8').setFlagsFromString(`--interrupt-budget=${budget}`);
}
