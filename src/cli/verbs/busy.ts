// nscope busy: why a mount, a device or a file system is busy, and what must be released in which order.
import type { BusyWorld } from '../../analysis/busy/busy-world.ts';
import { type BusySubject, findDevice, findMount, findPath, SubjectError } from '../../analysis/busy/find-subject.ts';
import { type BusyAnswer, judgeBusy } from '../../analysis/busy/judge-busy.ts';
import { MountForest } from '../../analysis/busy/mount-forest.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { readBusyEvidence } from '../../collect/read-busy-evidence.ts';
import { readDeviceName } from '../../kernel/busy/block-devices.ts';
import { findTagged, lookAtPath, type NamedPlace } from '../../kernel/busy/named-places.ts';
import { nameProcesses } from '../../model/facts/limits.ts';
import { isKnown, type Known } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatBusyPage } from '../../render/pages/busy-page.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { readEvidence } from '../reading/read-evidence.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets, findTarget, toLeader } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import { NotFoundError, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse, answer, report });

/** What the word is by its form alone. */
type Word =
  | { readonly form: 'path'; readonly path: string }
  | { readonly form: 'device'; readonly device: string }
  | { readonly form: 'tag'; readonly tag: string; readonly value: string }
  | { readonly form: 'mount'; readonly id: string };

interface Request {
  readonly word: Word;
  readonly options: OptionValues;
}

interface Answer extends BusyAnswer {
  readonly subject: BusySubject;
  readonly world: BusyWorld;
  /** What could not be looked at. */
  readonly unseen: readonly string[];
}

function parse([word = '']: readonly string[], options: OptionValues): Request {
  checkTargets([options.in]);
  return { word: parseWord(word), options };
}

function parseWord(word: string): Word {
  if (word === '') throw new UsageError('"" is not a path, a device or the id of a mount');
  if (/^\d+:\d+$/.test(word)) return { form: 'device', device: word.split(':').map(BigInt).join(':') };
  if (/^\d+$/.test(word)) return { form: 'mount', id: word };
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/s.exec(word) ?? [];
  if (tag !== undefined && value !== undefined) return { form: 'tag', tag, value };
  return { form: 'path', path: word.startsWith('/') ? word : `${process.cwd()}/${word}` };
}

async function answer({ word, options }: Request, given: GivenCommand): Promise<Answer> {
  const wanted = { ...wantGraph, workloads: true, conditions: ['mounts'] as const };
  const snapshot = await readSnapshot(options, wanted, given);
  const index = new SnapshotIndex(snapshot);
  const tables = snapshot.conditions?.mounts;
  const forest = new MountForest(tables !== undefined && isKnown(tables) ? tables : []);
  const place = findNamespace(index, options);
  const subject = findSubject(word, place, forest, index);
  const { devices, isByBpf, ...evidence } = readBusyEvidence(subject.device, forest, place.own, options.bpf !== false);
  const around = listNamespaces(devices, forest);
  const release = await readEvidence(
    index,
    around.flatMap((inode) => index.namespace('mnt', inode) ?? []),
    options,
    // Its own, so that there is always something to read.
    [snapshot.host.vantage.pid, ...new Set(evidence.uses.map(({ pid }) => pid)), ...listLeaders(index)],
    around,
  );
  if (!release) throw new Error('nothing was read about what would have to be released');
  const world: BusyWorld = { ...evidence, index, forest, release };
  const unread = (tables !== undefined && isKnown(tables) ? tables : []).flatMap(({ inode, mounts, cut }) => {
    const name = formatNamespace('mnt', inode);
    if (!isKnown(mounts)) return [`the mounts of ${name} (${formatUnknown(mounts)})`];
    return cut === undefined ? [] : [`some mounts of ${name} (${cut})`];
  });
  const unseen = [...evidence.unseen, ...unread, ...(isByBpf ? listWithheld(snapshot) : [])];
  return { ...judgeBusy(subject, world), subject, world, unseen };
}

/** Processes that the host withholds from BPF and guards in /proc as well, as process 1 of some. */
function listWithheld({ processes }: Snapshot): string[] {
  const withheld = processes.filter(
    ({ pid, tid, namespaces: { mnt } }) => pid === tid && !isKnown(mnt) && mnt.unknown === 'denied',
  );
  if (withheld.length === 0) return [];
  const who = nameProcesses(withheld.map(({ pid }) => pid));
  return [`what ${who} may have open or mapped, the links of which are refused`];
}

interface Place {
  /** The mount namespace that is meant. */
  readonly namespace: number;
  /** That which nscope is in. */
  readonly own: number;
  /** The root directory of a process in it; undefined where no process is. */
  readonly root: string | undefined;
}

/** @throws UsageError, NotFoundError */
function findNamespace(index: SnapshotIndex, options: OptionValues): Place {
  const { namespaces } = index.snapshot.host.vantage;
  const own = isKnown(namespaces.mnt) ? namespaces.mnt : undefined;
  if (own === undefined) throw new UsageError('which mount namespace nscope is in could not be read');
  if (options.in === undefined) return { namespace: own, own, root: '/' };
  const target = toLeader(findTarget(options.in, index, options), index);
  const process = target.kind === 'process' ? target.process : undefined;
  const namespace = target.kind === 'namespace' ? target.namespace : undefined;
  if (namespace && namespace.type !== 'mnt')
    throw new UsageError(`--in ${options.in}: a mount namespace is wanted, or what is in one`);
  const inode = namespace?.inode ?? (process && isKnown(process.namespaces.mnt) ? process.namespaces.mnt : undefined);
  if (inode === undefined) throw new UsageError(`--in ${options.in}: which mount namespace it is in could not be read`);
  const member = process ?? index.membersOf('mnt', inode).find(({ pid, tid }) => pid === tid);
  return { namespace: inode, own, root: inode === own ? '/' : member && `/proc/${member.pid}/root` };
}

/** @throws UsageError, NotFoundError */
function findSubject(word: Word, place: Place, forest: MountForest, index: SnapshotIndex): BusySubject {
  const { namespace, root } = place;
  try {
    switch (word.form) {
      case 'device':
        return findDevice(word.device, namespace, forest);
      case 'mount':
        return findMount(word.id, forest);
      case 'tag': {
        const path = findTagged(word.tag, word.value);
        if (!isKnown(path)) throw new NotFoundError(`${word.tag}=${word.value}: ${path.detail}`);
        const found = lookAtPath({ path });
        const device = isKnown(found) ? found.blockDevice : undefined;
        if (device === undefined) throw new NotFoundError(`${path} is not a block device`);
        return findDevice(device, namespace, forest);
      }
      case 'path': {
        const found: Known<NamedPlace> =
          root === undefined
            ? { unknown: 'unsupported', detail: 'no process is in that mount namespace' }
            : lookAtPath({ root, path: word.path });
        if (isKnown(found) && found.blockDevice !== undefined) return findDevice(found.blockDevice, namespace, forest);
        const path = isKnown(found) ? found : { missing: found.detail ?? formatUnknown(found) };
        return findPath(tidy(word.path), path, namespace, forest, index);
      }
    }
  } catch (error) {
    if (!(error instanceof SubjectError)) throw error;
    throw new NotFoundError(error.message, { cause: error });
  }
}

/** Without slashes at the end or in a row, as mountinfo has paths. */
function tidy(path: string): string {
  return path.replace(/\/+(?=\/)/g, '').replace(/(?!^)\/$/, '');
}

/** Those that have mounts of these devices. */
function listNamespaces(devices: ReadonlySet<string>, forest: MountForest): number[] {
  return [...new Set([...devices].flatMap((one) => forest.ofDevice(one).map(({ namespace }) => namespace)))];
}

function listLeaders({ snapshot }: SnapshotIndex): number[] {
  return isKnown(snapshot.workloads) ? snapshot.workloads.flatMap(({ leader }) => leader ?? []) : [];
}

function report(answer: Answer, { options }: Request): number {
  const { subject, unmount, fileSystem, unseen, world } = answer;
  const { coverage } = world.index.snapshot;
  const deviceName = readDeviceName(subject.device);
  if (options.json) writeLines(formatJsonObject({ ...toJson(answer, deviceName), coverage }));
  else {
    const width = options.wide ? undefined : readTerminalWidth();
    writeLines(formatBusyPage(subject, answer, { width, palette: choosePalette(), deviceName }));
    for (const one of unseen) writeRemark(escapeText(`not looked at: ${one}`), options);
    noteCoverage(coverage, options);
  }
  if ((unmount !== undefined && unmount.verdict !== 'free') || fileSystem.rows.length > 0) return 1;
  if (subject.kind === 'device' && fileSystem.verdict === 'busy') return 1;
  return unseen.length > 0 ? 3 : 0;
}

function toJson({ subject, unmount, fileSystem, unseen }: Answer, deviceName: string | undefined): object {
  const { kind, device, mounts, notes } = subject;
  return {
    subject: {
      kind,
      device,
      deviceName: deviceName === undefined ? null : `/dev/${deviceName}`,
      mounts: mounts.map(({ mount, namespace }) => ({
        ...{ id: mount.id ?? null, oldId: mount.oldId, mountPoint: mount.mountPoint, fsType: mount.fsType },
        ...{ source: mount.source, mountNamespace: formatNamespace('mnt', namespace) },
      })),
      notes,
    },
    unmount: unmount ?? null,
    fileSystem,
    unseen,
  };
}
