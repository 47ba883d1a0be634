// nscope busy: why a mount, a device or a file system is busy, and what must be released in which order.
import type { BusyWorld } from '../../analysis/busy/busy-world.ts';
import { judgeBusy } from '../../analysis/busy/judge-busy.ts';
import { MountForest } from '../../analysis/busy/mount-forest.ts';
import { SnapshotIndex } from '../../analysis/graph/snapshot-index.ts';
import { listKeepers } from '../../collect/busy/list-keepers.ts';
import { readBusyEvidence } from '../../collect/busy/read-busy-evidence.ts';
import { readDeviceName } from '../../kernel/busy/block-devices.ts';
import { nameProcesses } from '../../model/facts/limits.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Snapshot } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatBusyPage } from '../../render/pages/busy-page.ts';
import { escapeText } from '../../render/words/escape.ts';
import { formatUnknown } from '../../render/words/unknown.ts';
import { type BusyReport, toBusyJson } from '../busy/busy-json.ts';
import { findBusyPlace, findSubject } from '../busy/busy-place.ts';
import { type BusyWord, parseBusyWord } from '../busy/busy-word.ts';
import { readEvidence } from '../reading/read-evidence.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { checkTargets } from '../reading/target.ts';
import { noteCoverage } from '../screen/note-coverage.ts';
import { choosePalette, readTerminalWidth, writeLines, writeRemark } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse, answer, report });

interface Request {
  readonly word: BusyWord;
  readonly options: OptionValues;
}

interface Answer extends BusyReport {
  readonly world: BusyWorld;
}

function parse([word = '']: readonly string[], options: OptionValues): Request {
  checkTargets([options.in]);
  return { word: parseBusyWord(word), options };
}

async function answer({ word, options }: Request, given: GivenCommand): Promise<Answer> {
  const wanted = { ...wantGraph, workloads: true, conditions: ['mounts'] as const };
  const snapshot = await readSnapshot(options, wanted, given);
  const index = new SnapshotIndex(snapshot);
  const tables = snapshot.conditions?.mounts;
  const forest = new MountForest(tables !== undefined && isKnown(tables) ? tables : []);
  const place = findBusyPlace(index, options);
  const { keepers, lost } = listKeepers(forest, place.own, listOtherNetworks(index));
  const subject = findSubject(word, place, forest, keepers, index);
  const { devices, isByBpf, ...evidence } = readBusyEvidence(subject.device, keepers, forest, options.bpf !== false);
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
  const unseen = [...evidence.unseen, ...lost, ...unread, ...(isByBpf ? listWithheld(snapshot) : [])];
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

/** Those that have mounts of these devices. */
function listNamespaces(devices: ReadonlySet<string>, forest: MountForest): number[] {
  return [...new Set([...devices].flatMap((one) => forest.ofDevice(one).map(({ namespace }) => namespace)))];
}

/** A process of each network namespace but nscope's own. */
function listOtherNetworks({ snapshot }: SnapshotIndex): number[] {
  const own = snapshot.host.vantage.namespaces.net;
  return snapshot.namespaces.flatMap(({ type, inode, processes: { leader } }) =>
    type === 'net' && inode !== own && leader !== null ? [leader] : [],
  );
}

function listLeaders({ snapshot }: SnapshotIndex): number[] {
  return isKnown(snapshot.workloads) ? snapshot.workloads.flatMap(({ leader }) => leader ?? []) : [];
}

function report(answer: Answer, { options }: Request): number {
  const { subject, unmount, fileSystem, unseen, world } = answer;
  const { coverage } = world.index.snapshot;
  const deviceName = readDeviceName(subject.device);
  if (options.json) writeLines(formatJsonObject({ ...toBusyJson(answer, deviceName), coverage }));
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
