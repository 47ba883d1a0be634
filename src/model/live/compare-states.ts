// Which events lead from one state to another? Comparison finds what no event told, and is all there is where nothing else
// is permitted.

import { namespaceTypes } from '../snapshot/namespace-types.ts';
import type { Holder } from '../snapshot/schema.ts';
import type { EventDraft, EventNamespace, EventProcess } from './events.ts';
import { equalLinks, type LiveState, type LiveTask } from './live-state.ts';

/** What of a comparison is too old to count, since an event has told of it meanwhile. */
export interface NewerEvents {
  namespace(key: string): boolean;
  task(tid: number): boolean;
}

const nothingNewer: NewerEvents = { namespace: () => false, task: () => false };

/**
 * User namespaces first, since they own the others; then in the order of namespaceTypes. Events of one moment come in this
 * order.
 */
const inOrder = [...namespaceTypes.entries()].sort(([, a], [, b]) => Number(b === 'user') - Number(a === 'user'));

/** In an order in which each event makes sense after those before it: what comes, before what goes. */
export function compareStates(before: LiveState, after: LiveState, newer: NewerEvents = nothingNewer): EventDraft[] {
  const gone: EventDraft[] = [];
  const events: EventDraft[] = [];
  for (const [key, namespace] of ownersFirst(after)) {
    if (newer.namespace(key)) continue;
    const known = before.namespaces.get(key);
    if (known && isSame(known, namespace)) {
      if (isBetterKnown(namespace, known))
        events.push({ event: 'described', namespace: { ...known, ...namespace, id: namespace.id ?? known.id } });
      continue;
    }
    // The number is used again: the other one has ended, and before that it lost its names.
    if (known) {
      for (const name of before.namesOf(key)) events.push({ event: 'unnamed', namespace: known, name });
      events.push({ event: 'destroyed', namespace: known });
    }
    const process = findMaker(after, namespace);
    events.push({ event: 'created', namespace, how: 'seen', process });
  }
  for (const [key, namespace] of before.namespaces)
    if (!after.namespaces.has(key) && !newer.namespace(key)) gone.push({ event: 'destroyed', namespace });
  compareTasks(before, after, newer, events);
  compareNames(before, after, newer, events);
  compareHolders(before, after, newer, events);
  return [...events, ...gone];
}

function* ownersFirst({ namespaces }: LiveState): Generator<[key: string, namespace: EventNamespace]> {
  for (const one of namespaces) if (one[1].type === 'user') yield one;
  for (const one of namespaces) if (one[1].type !== 'user') yield one;
}

function isSame(a: EventNamespace, b: EventNamespace): boolean {
  return a.id === b.id || a.id === null || b.id === null;
}

function isBetterKnown(now: EventNamespace, before: EventNamespace): boolean {
  return (before.id === null && now.id !== null) || (before.owner === undefined && now.owner !== undefined);
}

/** Whether both states have it, and not two that bore one number after the other. */
function isKept(before: LiveState, after: LiveState, key: string): boolean {
  const [a, b] = [before.namespaces.get(key), after.namespaces.get(key)];
  return a !== undefined && b !== undefined && isSame(a, b);
}

/** Whoever was first in it is taken for its maker; null where nobody is in it. */
function findMaker(state: LiveState, { type, inode }: EventNamespace): EventProcess | null {
  const index = namespaceTypes.indexOf(type);
  let oldest: LiveTask | undefined;
  for (const task of state.tasks.values())
    if (task.links[index] === inode && (!oldest || task.startTimeTicks < oldest.startTimeTicks)) oldest = task;
  return oldest ? toEventProcess(oldest) : null;
}

function compareTasks(before: LiveState, after: LiveState, newer: NewerEvents, events: EventDraft[]): void {
  for (const [tid, old] of before.tasks) {
    const now = after.tasks.get(tid);
    if (newer.task(tid)) continue;
    if (now && isSameTask(old, now)) {
      if (now.isZombie && !old.isZombie) {
        const { links, entered } = old;
        events.push(...describeEnd(before, { ...now, links, entered }, 'exit', undefined, now.links));
      }
      continue;
    }
    // A thread that is where its process is has no entry in a snapshot.
    if (!now && old.tid !== old.pid && equalLinks(old.links, after.tasks.get(old.pid)?.links)) continue;
    events.push(...describeEnd(before, old, 'exit'));
  }
  for (const [tid, now] of after.tasks) {
    if (newer.task(tid)) continue;
    const old = before.tasks.get(tid);
    const isKnownTask = old !== undefined && isSameTask(old, now);
    if (now.isZombie) {
      if (!isKnownTask || (old.isZombie && !(isAlike(old, now) && equalLinks(old.links, now.links))))
        events.push({ event: 'exit', process: toEventProcess(now), links: now.links, zombie: now.links });
    } else if (!isKnownTask || old.isZombie)
      events.push(...describeBirth(after, { ...now, entered: after.findEntered(now) }, 'seen'));
    else {
      const moved = describeMove(before, after, old, now.links, 'seen', undefined, now);
      events.push(...(moved.length === 0 && !isAlike(old, now) ? [describeRest(old, now)] : moved));
    }
  }
}

/** What no event of the kernel's tells: whose child it is, whom it acts for and what it calls itself. */
function isAlike(a: LiveTask, b: LiveTask): boolean {
  return a.ppid === b.ppid && a.uid === b.uid && a.comm === b.comm;
}

function describeRest(old: LiveTask, now: LiveTask): EventDraft {
  return { event: 'moved', process: toEventProcess(now), links: old.links };
}

function isSameTask(a: LiveTask, b: LiveTask): boolean {
  return a.pid === b.pid && a.startTimeTicks === b.startTimeTicks;
}

/** `state` has the task already, or at least its parent. */
export function describeBirth(state: LiveState, task: LiveTask, how: 'clone' | 'seen', at?: string): EventDraft[] {
  const process = toEventProcess(task);
  const when = at === undefined ? {} : { at };
  const events: EventDraft[] = [{ event: 'fork', process, links: task.links, ...when }];
  for (const [i, type] of inOrder)
    if (task.entered & (1 << i))
      events.push({ event: 'entered', namespace: state.find(type, task.links[i] ?? 0), how, process, ...when });
  return events;
}

/** @param zombie - the links that are left to it where its parent has not waited for it */
export function describeEnd(
  state: LiveState,
  task: LiveTask,
  how: 'exit',
  at?: string,
  zombie?: readonly number[],
): EventDraft[] {
  const process = toEventProcess(task);
  const when = at === undefined ? {} : { at };
  const events: EventDraft[] = [];
  for (const [i, type] of inOrder)
    if (task.entered & (1 << i))
      events.push({ event: 'left', namespace: state.find(type, task.links[i] ?? 0), how, process, ...when });
  events.push({ event: 'exit', process, links: task.links, ...(zombie ? { zombie } : {}), ...when });
  return events;
}

/**
 * First what the task came into, then what it came out of. Nothing where the links are equal; a link that is not known on
 * one side does not count.
 * @param now - the task as it is since
 */
export function describeMove(
  before: LiveState,
  after: LiveState,
  task: LiveTask,
  links: readonly number[],
  how: 'unshare' | 'setns' | 'seen',
  at?: string,
  now: LiveTask = task,
): EventDraft[] {
  if (task.links.every((inode, i) => inode === links[i] || links[i] === 0)) return [];
  const process = toEventProcess(now);
  const when = at === undefined ? {} : { at };
  const events: EventDraft[] = [];
  const left: EventDraft[] = [];
  for (const [i, type] of inOrder) {
    const [old, now] = [task.links[i] ?? 0, links[i] ?? 0];
    if (old === now || now === 0) continue;
    events.push({ event: 'entered', namespace: after.find(type, now), how, process, ...when });
    if (old !== 0) left.push({ event: 'left', namespace: before.find(type, old), how, process, ...when });
  }
  events.push(...left, {
    event: 'moved',
    process,
    links: links.map((inode, i) => inode || (task.links[i] ?? 0)),
    ...when,
  });
  return events;
}

function compareNames(before: LiveState, after: LiveState, newer: NewerEvents, events: EventDraft[]): void {
  for (const [path, { key, name }] of before.names) {
    const namespace = before.namespaces.get(key);
    const isReplaced = after.namespaces.has(key) && !isKept(before, after, key);
    if (namespace && !isReplaced && after.names.get(path)?.key !== key && !newer.namespace(key))
      events.push({ event: 'unnamed', namespace, name });
  }
  for (const [path, { key, name }] of after.names) {
    const namespace = after.namespaces.get(key);
    if (namespace && !newer.namespace(key) && (before.names.get(path)?.key !== key || !isKept(before, after, key)))
      events.push({ event: 'named', namespace, name });
  }
}

function compareHolders(before: LiveState, after: LiveState, newer: NewerEvents, events: EventDraft[]): void {
  const tell = (event: 'held' | 'released', here: LiveState, there: LiveState): void => {
    for (const [key, holders] of here.holders) {
      const namespace = here.namespaces.get(key);
      if (!namespace || newer.namespace(key)) continue;
      // What ends with its namespace needs no word of its own.
      if (event === 'released' && !isKept(before, after, key)) continue;
      const others = isKept(before, after, key) ? there.holders.get(key) : undefined;
      for (const [text, holder] of holders)
        if (!others?.has(text)) events.push({ event, namespace, holder, process: findProcess(here, holder) });
    }
  };
  tell('held', after, before);
  tell('released', before, after);
}

function findProcess(state: LiveState, holder: Holder): EventProcess | null {
  const task = 'pid' in holder ? state.tasks.get(holder.pid) : undefined;
  return task ? toEventProcess(task) : null;
}

export function toEventProcess({ pid, tid, ppid, startTimeTicks, comm, uid, command }: LiveTask): EventProcess {
  return { pid, tid, ppid, startTimeTicks, comm, uid, ...(command === undefined ? {} : { command }) };
}
