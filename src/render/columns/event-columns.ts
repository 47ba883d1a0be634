// The columns of a stream of events. Lines come one at a time, so each column has a width of its own.
import type { EventProcess, NamespaceEvent } from '../../model/live/events.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace, type NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { Holder, Mount } from '../../model/snapshot/schema.ts';
import { describeLinkEvent, describeMountEvent } from '../wiring/contents-words.ts';
import { escapeText } from '../words/escape.ts';
import { cutText, measureWidth } from '../words/text-width.ts';
import { type Column, formatCell } from './columns.ts';

export interface EventRow {
  readonly event: NamespaceEvent;
  /** Names of users by their uid. */
  readonly users: { find(uid: number): string | undefined };
  /** Whose a mount or network namespace is, where mounts or links are watched. */
  whose?(type: NamespaceType, inode: number): string | null;
}

export interface EventColumn extends Column<EventRow> {
  /** Characters that most cells fit in; 0 for the last of a line. */
  readonly width: number;
  /** The same on a narrow terminal: what is longer is cut. */
  readonly narrow?: number;
}

export const eventColumns: readonly EventColumn[] = [
  {
    name: 'time',
    header: 'TIME',
    meaning: 'when it happened, or was seen (UTC); in a table the time of day',
    kind: 'string',
    width: 12,
    narrow: 8,
    value: ({ event }) => event.at,
    text: ({ event }) => event.at.slice(11, 23),
  },
  {
    name: 'event',
    header: 'EVENT',
    meaning:
      'created, entered, left, destroyed, named, unnamed, held, released, lost, resync, fork, moved, exit, mounted, unmounted, remounted, link-added, link-removed, link-changed',
    kind: 'string',
    width: 9,
    value: ({ event }) => event.event,
  },
  {
    name: 'ns',
    header: 'NAMESPACE',
    meaning: 'the namespace, as in net:[4026531833]',
    kind: 'string',
    width: 19,
    value: ({ event }) => ('namespace' in event ? formatNamespace(event.namespace.type, event.namespace.inode) : null),
  },
  {
    name: 'type',
    header: 'TYPE',
    meaning: 'cgroup, ipc, mnt, net, pid, time, user or uts',
    kind: 'string',
    width: 6,
    value: ({ event }) => ('namespace' in event ? event.namespace.type : null),
  },
  {
    name: 'inode',
    header: 'INODE',
    meaning: 'inode number of the namespace',
    kind: 'int',
    width: 10,
    value: ({ event }) => ('namespace' in event ? event.namespace.inode : null),
  },
  {
    name: 'id',
    header: 'ID',
    meaning: "the namespace's 64-bit id",
    kind: 'string',
    width: 8,
    value: ({ event }) => ('namespace' in event ? event.namespace.id : null),
  },
  {
    name: 'owner',
    header: 'OWNER',
    meaning: 'inode number of the user namespace that owns it',
    kind: 'int',
    width: 10,
    value: ({ event }) => ('namespace' in event ? (event.namespace.owner ?? null) : null),
  },
  {
    name: 'how',
    header: 'HOW',
    meaning: 'clone, unshare, setns, mount or exit; call: not known which; seen: found by comparison',
    kind: 'string',
    width: 7,
    value: ({ event }) => ('how' in event ? event.how : null),
  },
  {
    name: 'pid',
    header: 'PID',
    meaning: 'the process that did it, or whose it is',
    kind: 'int',
    align: 'right',
    width: 7,
    value: ({ event }) => findProcess(event)?.pid ?? null,
  },
  {
    name: 'tid',
    header: 'TID',
    meaning: 'its thread',
    kind: 'int',
    width: 7,
    value: ({ event }) => findProcess(event)?.tid ?? null,
  },
  {
    name: 'ppid',
    header: 'PPID',
    meaning: 'its parent',
    kind: 'int',
    width: 7,
    value: ({ event }) => findProcess(event)?.ppid ?? null,
  },
  {
    name: 'uid',
    header: 'UID',
    meaning: 'its effective uid',
    kind: 'int',
    width: 5,
    value: ({ event }) => findProcess(event)?.uid ?? null,
  },
  {
    name: 'user',
    header: 'USER',
    meaning: 'the name of that uid',
    kind: 'string',
    width: 8,
    value: (row) => readUser(row),
  },
  {
    name: 'comm',
    header: 'COMM',
    meaning: "the process's name at that moment, at most 15 bytes",
    kind: 'string',
    width: 15,
    value: ({ event }) => findProcess(event)?.comm ?? null,
  },
  {
    name: 'command',
    header: 'COMMAND',
    meaning: 'its command line, or its name where it did not live to be asked',
    kind: 'string',
    width: 30,
    value: ({ event }) => findProcess(event)?.command ?? findProcess(event)?.comm ?? null,
  },
  {
    name: 'holder',
    header: 'HOLDER',
    meaning: 'what began or ceased to hold it',
    kind: 'string',
    width: 24,
    value: ({ event }) => ('holder' in event ? describeHolding(event.holder) : null),
  },
  {
    name: 'name',
    header: 'NAME',
    meaning: 'the path that began or ceased to lead to it',
    kind: 'string',
    width: 24,
    value: ({ event }) => ('name' in event ? event.name.path : null),
  },
  {
    name: 'whose',
    header: 'WHOSE',
    meaning: 'of mounts and links: a workload, a name, a process, this host',
    kind: 'string',
    width: 16,
    value: (row) => readWhose(row),
  },
  {
    name: 'path',
    header: 'PATH',
    meaning: 'of a mount: where it is mounted',
    kind: 'string',
    width: 24,
    value: ({ event }) => ofMount(event)?.mountPoint ?? null,
  },
  {
    name: 'fstype',
    header: 'FSTYPE',
    meaning: 'of a mount: its type',
    kind: 'string',
    width: 8,
    value: ({ event }) => ofMount(event)?.fsType ?? null,
  },
  {
    name: 'source',
    header: 'SOURCE',
    meaning: 'of a mount: what was given to mount(2), as a device',
    kind: 'string',
    width: 16,
    value: ({ event }) => ofMount(event)?.source ?? null,
  },
  {
    name: 'mountid',
    header: 'MOUNTID',
    meaning: 'of a mount: its 64-bit id',
    kind: 'string',
    width: 12,
    value: ({ event }) => ('mountId' in event ? event.mountId : null),
  },
  {
    name: 'oldid',
    header: 'OLDID',
    meaning: 'of a mount: its number in mountinfo, used again later',
    kind: 'int',
    width: 6,
    value: ({ event }) => ofMount(event)?.oldId ?? null,
  },
  {
    name: 'link',
    header: 'LINK',
    meaning: 'the name of the link',
    kind: 'string',
    width: 15,
    value: ({ event }) => ('link' in event ? event.link.name : null),
  },
  {
    name: 'index',
    header: 'INDEX',
    meaning: 'of a link: its number in its network namespace (ifindex)',
    kind: 'int',
    width: 6,
    value: ({ event }) => ('link' in event ? event.link.index : null),
  },
  {
    name: 'kind',
    header: 'KIND',
    meaning: 'of a link: veth, bridge and the like; none for lo and devices of the machine',
    kind: 'string',
    width: 8,
    value: ({ event }) => ('link' in event && event.link.kind !== '' ? event.link.kind : null),
  },
  {
    name: 'state',
    header: 'STATE',
    meaning: 'of a link: up, down, lower-layer-down, unknown, as ip link shows it',
    kind: 'string',
    width: 8,
    value: ({ event }) => ('link' in event ? event.link.state : null),
  },
  {
    name: 'peer',
    header: 'PEER',
    meaning: 'of a link: the network namespace of its other end, or of the link below it',
    kind: 'int',
    width: 10,
    value: ({ event }) => ('link' in event ? (event.link.peer?.inode ?? null) : null),
  },
  {
    name: 'detail',
    header: 'DETAIL',
    meaning:
      'the command line; of a name its path, of a holder what it is, of a mount or link what it is and was, of a loss how much was lost',
    kind: 'string',
    width: 0,
    cut: 'end',
    value: ({ event }) => describeDetail(event),
  },
];

export const usualEventColumns = ['time', 'event', 'ns', 'how', 'pid', 'user', 'detail'];

/** On a terminal that has fewer columns than this, little is left for the last one. */
const roomyWidth = 100;

/** @param width - columns of the terminal; undefined for no limit */
export function formatEventLine(columns: readonly EventColumn[], row: EventRow | undefined, width?: number): string {
  const isNarrow = width !== undefined && width < roomyWidth;
  let line = '';
  for (const [i, column] of columns.entries()) {
    const whole = row ? escapeText(formatCell(column, row)) : column.header;
    const text = isNarrow && column.narrow !== undefined ? whole.slice(0, column.narrow) : whole;
    const room = (isNarrow && column.narrow) || column.width;
    const padding = ' '.repeat(Math.max(0, room - measureWidth(text)));
    if (i === columns.length - 1) line += text;
    else line += `${column.align === 'right' ? padding + text : text + padding}${isNarrow ? ' ' : '  '}`;
  }
  return width === undefined ? line.trimEnd() : cutText(line, width, 'end').trimEnd();
}

function findProcess(event: NamespaceEvent): EventProcess | undefined {
  return 'process' in event ? (event.process ?? undefined) : undefined;
}

/** The command line is read a moment after the event: by then another program may run in the process. */
function describeCommand({ comm, command }: EventProcess): string {
  if (command === undefined) return comm;
  return command.includes(comm) ? command : `${comm} (now ${command})`;
}

/** Whose the namespace of a mount or link is. */
export function readWhose({ event, whose }: EventRow): string | null {
  if (!('mountId' in event) && !('link' in event)) return null;
  return whose?.(event.namespace.type, event.namespace.inode) ?? null;
}

function ofMount(event: NamespaceEvent): Mount | undefined {
  return 'mountId' in event && isKnown(event.mount) ? event.mount : undefined;
}

function readUser({ event, users }: EventRow): string | null {
  const process = findProcess(event);
  return process ? (users.find(process.uid) ?? String(process.uid)) : null;
}

/** What no other of the usual columns has. */
function describeDetail(event: NamespaceEvent): string | null {
  const process = findProcess(event);
  const command = process ? describeCommand(process) : null;
  switch (event.event) {
    case 'created':
      return command ?? 'nobody was seen making it';
    case 'held':
    case 'released':
      return `${describeHolding(event.holder)}${command === null ? '' : ` of ${command}`}`;
    case 'named':
    case 'unnamed':
      return event.name.path;
    case 'mounted':
    case 'unmounted':
    case 'remounted':
      return `${describeMountEvent(event)}${command === null ? '' : `; ${command}`}`;
    case 'link-added':
    case 'link-removed':
    case 'link-changed':
      return describeLinkEvent(event);
    case 'lost':
      return `${event.count ?? 'an unknown number of'} events${nameThings(event)}, by the ${event.where}`;
    case 'resync':
      return `${event.changes} changes by comparison${nameThings(event)}`;
    default:
      return command;
  }
}

function nameThings({ of }: Extract<NamespaceEvent, { readonly event: 'lost' | 'resync' }>): string {
  if (!of) return '';
  const { things, namespace } = of;
  return ` of ${things}${namespace ? ` in ${formatNamespace(namespace.type, namespace.inode)}` : ''}`;
}

function describeHolding(holder: Holder): string {
  if ('fd' in holder) return `${holder.kind} ${holder.fd}`;
  if ('path' in holder) {
    const { path, mountNamespace } = holder;
    const where = isKnown(mountNamespace) ? ` in mnt:[${mountNamespace}]` : '';
    return `${holder.kind}${isKnown(path) ? ` ${path}` : ''}${where}`;
  }
  return holder.kind;
}
