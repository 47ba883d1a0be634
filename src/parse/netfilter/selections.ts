// Whether packets can match two selections, or all that match the one match the other.
import { append } from '../../model/collections/append.ts';
import type { PacketCondition, PacketField, Selection, ValueRange } from './rules.ts';

/** Whether one packet may match both, by what is understood of them. */
export function mayMeet(some: readonly PacketCondition[], others: readonly PacketCondition[]): boolean {
  return !some.some((a) => others.some((b) => a.field === b.field && exclude(a, b)));
}

/** Whether what matches the inner one surely matches the outer one. */
export function covers(outer: Selection, inner: Selection): boolean {
  return outer.others.length === 0 && outer.conditions.every((wanted) => isGiven(wanted, inner));
}

/** Whether a condition surely holds. */
export function isGiven(wanted: PacketCondition, { conditions }: Pick<Selection, 'conditions'>): boolean {
  return conditions.some((given) => given.field === wanted.field && implies(given, wanted));
}

function exclude(a: PacketCondition, b: PacketCondition): boolean {
  if (a.width !== b.width) return !a.not && !b.not;
  if (a.not && b.not) return false;
  if (a.not !== b.not) {
    const [negative, positive] = a.not ? [a, b] : [b, a];
    return positive.ranges.every((range) => isWithin(range, negative.ranges));
  }
  return !meet(a.ranges, b.ranges);
}

function implies(given: PacketCondition, wanted: PacketCondition): boolean {
  if (given.width !== wanted.width) return false;
  if (given.not) return wanted.not && wanted.ranges.every((range) => isWithin(range, given.ranges));
  if (wanted.not) return !meet(given.ranges, wanted.ranges);
  return given.ranges.every((range) => isWithin(range, wanted.ranges));
}

function meet(some: readonly ValueRange[], others: readonly ValueRange[]): boolean {
  return some.some((a) => others.some((b) => a.first <= b.last && b.first <= a.last));
}

function isWithin(range: ValueRange, ranges: readonly ValueRange[]): boolean {
  return ranges.some(({ first, last }) => first <= range.first && range.last <= last);
}

/** What is left of a selection. */
export interface LeftPackets {
  /** Some of it may be gone; it is not said which. */
  readonly mayBeLess: boolean;
  readonly conditions: readonly PacketCondition[];
}

/** More are not told one by one. */
const maxExceptions = 8;

/** Selections of which each packet that matches is gone: found by the one address or port that they want. */
export class TakenPackets {
  readonly #before: TakenPackets | undefined;
  readonly #byAddress = new Map<bigint, Selection[]>();
  readonly #byPort = new Map<bigint, Selection[]>();
  readonly #general: Selection[] = [];

  /** @param before - what was taken where this chain was called */
  constructor(before?: TakenPackets) {
    this.#before = before;
  }

  add(selection: Selection): void {
    const address = findOne(selection, 'daddr');
    const port = findOne(selection, 'dport');
    if (address !== undefined) append(this.#byAddress, address, selection);
    else if (port !== undefined) append(this.#byPort, port, selection);
    else this.#general.push(selection);
  }

  /**
   * What is left of a selection: undefined where nothing is. Where all that was taken of it differs in one field, that is
   * what else must be; else some of it may be gone.
   */
  judge(selection: Selection): LeftPackets | undefined {
    const before: LeftPackets | undefined = this.#before
      ? this.#before.judge(selection)
      : { mayBeLess: false, conditions: [] };
    if (!before) return undefined;
    let { mayBeLess } = before;
    const conditions = [...before.conditions];
    let left: Selection = conditions.length > 0 ? add(selection, conditions) : selection;
    for (const taken of this.#list(selection)) {
      if (covers(taken, left)) return undefined;
      if (!mayMeet(taken.conditions, left.conditions)) continue;
      const [different, ...more] = taken.conditions.filter((wanted) => !isGiven(wanted, left));
      if (different && more.length === 0 && taken.others.length === 0 && conditions.length < maxExceptions) {
        conditions.push({ ...different, not: !different.not });
        left = add(selection, conditions);
      } else mayBeLess = true;
    }
    return { mayBeLess, conditions };
  }

  *#list(selection: Selection): Generator<Selection> {
    yield* this.#general;
    yield* choose(this.#byAddress, findOne(selection, 'daddr'));
    yield* choose(this.#byPort, findOne(selection, 'dport'));
  }
}

function add({ conditions, others }: Selection, more: readonly PacketCondition[]): Selection {
  return { conditions: [...conditions, ...more], others };
}

function findOne({ conditions }: Selection, field: PacketField): bigint | undefined {
  for (const condition of conditions) {
    const [range, ...more] = condition.ranges;
    if (condition.field === field && !condition.not && range && more.length === 0 && range.first === range.last)
      return range.first;
  }
  return undefined;
}

function* choose(map: ReadonlyMap<bigint, readonly Selection[]>, key: bigint | undefined): Generator<Selection> {
  if (key !== undefined) yield* map.get(key) ?? [];
  else for (const list of map.values()) yield* list;
}
