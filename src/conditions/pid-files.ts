// Which files of engines name a PID, and whether the process that has it now is the one that was meant.
import { lookAtShaped, readShapedFile } from '../kernel/files/shaped-files.ts';
import { findStartMs } from '../model/derived/start-moment.ts';
import { isKnown, type Unknown } from '../model/snapshot/known.ts';
import type { PidFile, Process, Snapshot } from '../model/snapshot/schema.ts';
import { parsePidFile, parseRuncState } from '../parse/text/pid-file.ts';
import type { ConditionReader } from './condition.ts';
import { listPidFilePlaces, type PidFilePlace } from './pid-file-places.ts';

/** The state of a container of runc has some kilobytes. */
const maxBytes = 2 ** 20;
/** Start times come in clock ticks, and the moment of boot is known to a second or so. */
const sureMs = 3000;

const noNumber: Unknown = Object.freeze({ unknown: 'unsupported', detail: 'the file has no PID' });

export const pidFiles: ConditionReader<'pidFiles'> = {
  name: 'pidFiles',
  question: 'do the processes run that engines keep the PIDs of?',
  read(snapshot, report) {
    const processes = new Map(snapshot.processes.map((process) => [process.tid, process]));
    const files: PidFile[] = [];
    for (const place of listPidFilePlaces(report)) {
      report.asked();
      const look = lookAtShaped({ path: place.path });
      const text = isKnown(look) ? readShapedFile({ path: place.path }, maxBytes) : look;
      if (isKnown(text) && isKnown(look)) {
        const { changedAtMs, uid } = look;
        files.push(describe(place, { text, changedAtMs, uid }, processes, snapshot));
      } else if (!isKnown(text) && text.unknown !== 'gone')
        report.refused('reading the PID file of an engine', text.errno ?? '?', place.path);
    }
    return Object.freeze(files);
  },
};

interface Content {
  readonly text: string;
  readonly changedAtMs: number;
  readonly uid: number;
}

function describe(
  place: PidFilePlace,
  { text, changedAtMs, uid }: Content,
  processes: ReadonlyMap<number, Process>,
  snapshot: Snapshot,
): PidFile {
  const { path, engine, meant, workload, form } = place;
  const state = form === 'state' ? parseRuncState(text) : undefined;
  const pid = form === 'state' ? state?.pid : parsePidFile(text);
  const process = pid === undefined ? undefined : processes.get(pid);
  const laterMs = process && measureDelay(process, changedAtMs, snapshot);
  const known = { path, engine, meant, ...(workload === undefined ? {} : { workload }) };
  return Object.freeze({
    ...known,
    pid: pid ?? noNumber,
    writtenAt: new Date(changedAtMs).toISOString(),
    uid,
    ...(pid === undefined
      ? { process: 'not-known' as const }
      : !process
        ? { process: seesAll(snapshot) ? ('none' as const) : ('not-known' as const) }
        : judge(place, process, state?.startTimeTicks, laterMs, processes)),
    ...(process ? { found: process.comm } : {}),
    ...(laterMs === undefined ? {} : { laterMs }),
  });
}

/** Another only by the kernel's own number of the start, or where two signs agree: a clock that was set fools one of them. */
function judge(
  { comm, isParents }: PidFilePlace,
  process: Process,
  startTimeTicks: number | undefined,
  laterMs: number | undefined,
  processes: ReadonlyMap<number, Process>,
): Pick<PidFile, 'process' | 'by'> {
  if (startTimeTicks !== undefined)
    return startTimeTicks === process.startTimeTicks
      ? { process: 'running' }
      : { process: 'another', by: 'start-time' };
  const named = isParents ? processes.get(process.ppid) : process;
  const isMeant = named !== undefined && comm.test(named.comm);
  const isLater = laterMs !== undefined && laterMs > sureMs;
  if (isLater && !isMeant) return { process: 'another', by: 'age-and-kind' };
  return { process: isLater || laterMs === undefined ? 'not-known' : 'running' };
}

/** In ms; undefined where the clock was set since: what lies in memory is not older than the boot. */
function measureDelay({ startTimeTicks }: Process, writtenMs: number, { host }: Snapshot): number | undefined {
  const bootedMs = findStartMs(0, host);
  const startedMs = findStartMs(startTimeTicks, host);
  if (bootedMs === undefined || startedMs === undefined || writtenMs < bootedMs) return undefined;
  return Math.round(startedMs - writtenMs);
}

function seesAll({ coverage }: Snapshot): boolean {
  return !(coverage.limits ?? []).some(({ code }) => code === 'processes-hidden' || code === 'processes-outside');
}
