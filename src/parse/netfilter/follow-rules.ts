// Which packets rules send elsewhere: every way from the chains that the kernel calls to a rule that changes a destination.
import {
  type BaseChain,
  exactly,
  linkNameBytes,
  type NatDestination,
  type PacketCondition,
  type Rule,
  type RuleTable,
  type RuleWay,
  type Selection,
} from './rules.ts';
import { mayMeet, TakenPackets } from './selections.ts';

export interface FoundRedirect extends Selection {
  readonly hook: BaseChain['hook'];
  readonly by: RuleTable['by'];
  /** Where the rule is. */
  readonly table: string;
  readonly chain: string;
  readonly to: NatDestination;
}

export interface FollowedRules {
  readonly redirects: readonly FoundRedirect[];
  /** There may be more: the rules lead by more ways than are gone. */
  readonly cut: boolean;
}

/** What stands for rules that may have taken a packet before: it is not said of any one. */
const earlier = 'earlier rules';

/** Rules of all ways together, and redirects. */
const maxSteps = 400_000;
const maxRedirects = 20_000;
/** NFT_JUMP_STACK_SIZE; ip_tables has as many as it has chains. */
const maxDepth = 64;

/** @param tables - of one network namespace */
export function followRules(tables: readonly RuleTable[]): FollowedRules {
  const follower = new Follower();
  const bases = tables.flatMap((table) => table.bases.map((base) => ({ table, base })));
  for (const hook of ['prerouting', 'output'] as const) {
    const chosen = bases.filter(({ base }) => base.hook === hook).sort((a, b) => a.base.priority - b.base.priority);
    const lost: Selection[] = [];
    for (const { table, base } of chosen)
      for (const selection of follower.follow(table, base, lost)) lost.push(selection);
  }
  return { redirects: follower.redirects, cut: follower.cut };
}

interface Path extends Selection {
  readonly table: RuleTable;
  readonly base: BaseChain;
  readonly depth: number;
}

class Follower {
  readonly redirects: FoundRedirect[] = [];
  cut = false;
  #dropped: Selection[] = [];
  #steps = 0;

  /**
   * @param lost - what chains of other tables send elsewhere or drop, which the kernel asks before: or after, where both have
   *   one priority, so that nothing is taken for certain
   * @returns what this chain sends elsewhere or drops
   */
  follow(table: RuleTable, base: BaseChain, lost: readonly Selection[]): readonly Selection[] {
    const taken = new TakenPackets();
    for (const { conditions } of lost) taken.add({ conditions, others: [earlier] });
    const from = this.redirects.length;
    this.#dropped = [];
    // What a process of the namespace sends has come by no link.
    const origin = base.hook === 'output' ? [exactly('in', linkNameBytes, 0)] : [];
    const all: Selection = { conditions: [...table.conditions, ...origin], others: [] };
    this.#walk(base.chain, { table, base, depth: 0, ...all }, taken);
    return [...this.redirects.slice(from), ...this.#dropped, ...(base.drops ? [all] : [])];
  }

  /** @returns what does not come back from the chain */
  #walk(chain: string, path: Path, before: TakenPackets): readonly Selection[] {
    const gone: Selection[] = [];
    const taken = new TakenPackets(before);
    const rules = path.table.chains.get(chain);
    if (!rules || path.depth > maxDepth) {
      this.cut = true;
      return gone;
    }
    for (const rule of rules) {
      const isEnd = this.#ask(rule, chain, path, taken, gone);
      if (isEnd || this.cut) break;
    }
    return gone;
  }

  /** @returns whether no packet of the path comes to the next rule */
  #ask(rule: Rule, chain: string, path: Path, taken: TakenPackets, gone: Selection[]): boolean {
    const here: Selection[] = [];
    let isEnd = false;
    for (const way of rule) {
      if (++this.#steps > maxSteps || this.redirects.length >= maxRedirects) this.cut = true;
      if (this.cut || way.verdict.kind === 'continue') continue;
      const selection = join(path, way);
      if (!selection) continue;
      const isWhole = way.conditions.every((one) => path.conditions.includes(one)) && way.others.length === 0;
      const left = this.#take(way, { ...path, ...selection }, chain, taken, here, gone);
      if (isWhole && left) isEnd = true;
    }
    // The ways of one rule exclude each other.
    for (const selection of here) taken.add(selection);
    return isEnd;
  }

  /** @returns whether all packets of the way are gone from this chain */
  #take(
    { verdict }: RuleWay,
    path: Path,
    chain: string,
    taken: TakenPackets,
    here: Selection[],
    gone: Selection[],
  ): boolean {
    if (verdict.kind === 'continue') return false;
    const left = taken.judge(path);
    if (!left) return true;
    // What an earlier rule took of it is not taken here: a return before leads on to what comes after the chain.
    const selection: Selection = {
      conditions: [...path.conditions, ...left.conditions],
      others: left.mayBeLess ? [...new Set([...path.others, earlier])] : path.others,
    };
    switch (verdict.kind) {
      case 'return':
        here.push(selection);
        return true;
      case 'jump':
      case 'goto': {
        const lost = this.#walk(verdict.chain, { ...path, depth: path.depth + 1 }, taken);
        for (const one of lost) gone.push(one);
        for (const one of verdict.kind === 'goto' ? [selection] : lost) here.push(one);
        return verdict.kind === 'goto';
      }
      case 'redirect': {
        const { table, base } = path;
        this.redirects.push({ hook: base.hook, by: table.by, table: table.name, chain, to: verdict.to, ...selection });
        break;
      }
      case 'drop':
        this.#dropped.push(selection);
    }
    here.push(selection);
    gone.push(selection);
    return true;
  }
}

/** What must be true of a packet on the way; undefined where nothing can be that. */
function join(path: Selection, way: Selection): Selection | undefined {
  if (!isPossible(way.conditions) || !mayMeet(path.conditions, way.conditions)) return undefined;
  const conditions: PacketCondition[] = [...path.conditions];
  for (const condition of way.conditions)
    if (!conditions.some((one) => isSame(one, condition))) conditions.push(condition);
  return { conditions, others: [...path.others, ...way.others] };
}

function isPossible(conditions: readonly PacketCondition[]): boolean {
  // Nothing is in a set that is empty.
  const isEmpty = conditions.some(({ not, ranges }) => !not && ranges.length === 0);
  return !isEmpty && conditions.every((one, at) => mayMeet([one], conditions.slice(at + 1)));
}

function isSame(a: PacketCondition, b: PacketCondition): boolean {
  return (
    a.field === b.field &&
    a.width === b.width &&
    a.not === b.not &&
    a.ranges.length === b.ranges.length &&
    a.ranges.every(({ first, last }, at) => b.ranges[at]?.first === first && b.ranges[at]?.last === last)
  );
}
