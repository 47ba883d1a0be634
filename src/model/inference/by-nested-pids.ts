// Pid namespaces by NSpid: how deep a process is, which are inits, and who is below whom.
import type { ProcessFact } from '../facts/facts.ts';
import { isKnown } from '../snapshot/known.ts';
import type { NamespaceType } from '../snapshot/namespace-types.ts';
import type { Grouping, Sign, Signs } from './signs.ts';

/** Where all PIDs are one number: the namespace that /proc itself shows. */
const outermost = 'outermost';

/** The signs of other types, by which a process that came from outside is put beside an init. */
type Companionship = (process: ProcessFact, type: NamespaceType) => string | undefined;

/**
 * A process with one PID is in the namespace that /proc shows. One whose innermost PID is 1 is the init of a namespace of
 * its own. One that is as deep as its parent is where its parent is: children are born where their parent is or deeper, and
 * an orphan goes to a process of its parent's namespace. One that came in from outside (setns(2), then fork) is likely where
 * the only init is that shares its mounts or its network.
 * @see kernel/pid_namespace.c pidns_install; kernel/exit.c find_new_reaper
 */
export function groupByNestedPids(signs: Signs, companionship: Companionship): Grouping {
  const chains = new ChainReader(signs);
  let initsByDepth: ReadonlyMap<number, readonly ProcessFact[]> | undefined;
  const guess = (process: ProcessFact): Sign | undefined => {
    const top = chains.topOf(process);
    const pids = top && signs.pidsOf(top);
    if (!pids) return undefined;
    initsByDepth ??= findInits(signs);
    const inits = (initsByDepth.get(pids.length) ?? []).filter((init) =>
      (['mnt', 'net'] as const).some((type) => {
        const key = companionship(init, type);
        return key !== undefined && key === companionship(top, type) && !isOutermost(signs, companionship, type, key);
      }),
    );
    const [only, another] = inits;
    return only && !another ? { key: `init ${only.pid}`, by: 'companions', certainty: 'likely' } : undefined;
  };
  return { signOf: (process) => chains.signOf(process) ?? guess(process), distinct: 'certain' };
}

/** The inits of nested pid namespaces, by how many PIDs they have. */
function findInits(signs: Signs): ReadonlyMap<number, readonly ProcessFact[]> {
  const initsByDepth = new Map<number, ProcessFact[]>();
  for (const process of signs.processes) {
    const pids = signs.pidsOf(process);
    if (!pids || pids.length < 2 || pids.at(-1) !== 1) continue;
    const list = initsByDepth.get(pids.length);
    if (list) list.push(process);
    else initsByDepth.set(pids.length, [process]);
  }
  return initsByDepth;
}

/** What PID 1 and kthreadd share says nothing of who is in a container. */
function isOutermost(signs: Signs, companionship: Companionship, type: NamespaceType, key: string): boolean {
  return [signs.get(1), signs.kthreadd].some((process) => process && companionship(process, type) === key);
}

/** Climbs from parent to parent as long as the depth is the same. */
class ChainReader {
  readonly #signs: Signs;
  readonly #tops = new Map<ProcessFact, ProcessFact | undefined>();

  constructor(signs: Signs) {
    this.#signs = signs;
  }

  signOf(process: ProcessFact): Sign | undefined {
    const top = this.topOf(process);
    const pids = top && this.#signs.pidsOf(top);
    if (!pids) return undefined;
    if (pids.length === 1) return { key: outermost, by: 'nested-pids', certainty: 'certain' };
    return pids.at(-1) === 1 ? { key: `init ${top.pid}`, by: 'nested-pids', certainty: 'certain' } : undefined;
  }

  /** The first process of the same namespace up the chain: an init, or one that came from outside. */
  topOf(process: ProcessFact): ProcessFact | undefined {
    if (this.#tops.has(process)) return this.#tops.get(process);
    const passed = new Set<ProcessFact>();
    let here: ProcessFact = process;
    let top: ProcessFact | undefined;
    for (;;) {
      const pids = this.#signs.pidsOf(here);
      if (!pids) break;
      passed.add(here);
      top = here;
      const parent = this.#signs.parentOf(here);
      if (pids.length === 1 || pids.at(-1) === 1 || !parent || passed.has(parent)) break;
      if (this.#signs.pidsOf(parent)?.length !== pids.length) break;
      here = parent;
    }
    for (const one of passed) this.#tops.set(one, top);
    return top;
  }
}

/** The pid namespace that /proc shows, for processes with one PID. */
export function findOutermostInode(signs: Signs): { readonly key: string; readonly inode: number } | undefined {
  const { procPidNamespace } = signs.vantage;
  return isKnown(procPidNamespace) ? { key: outermost, inode: procPidNamespace } : undefined;
}
