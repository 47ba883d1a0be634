// The containers of Podman: cgroups "libpod-ID" and "libpod-ID.scope", conmon's command line, which anybody may read
// and has the name (conmon(8)), and what containers/storage keeps: STORAGE/overlay-containers/containers.json. Rootless
// containers may have no cgroup of their own: then only conmon says it.
import type { Process } from '../../model/snapshot/schema.ts';
import { readWord } from '../names/json-fields.ts';
import { namePods } from '../names/podman-pods.ts';
import {
  type Claim,
  containerId,
  type Engine,
  listWords,
  readOption,
  type StateReader,
  type WorkloadDraft,
} from '../signs/engine.ts';

function claim(id: string, name?: string, pod?: string): Claim {
  return {
    engine: 'podman',
    kind: 'container',
    id,
    ...(name === undefined ? {} : { name }),
    ...(pod === undefined ? {} : { pod }),
  };
}

/** cgroupfs: "libpod_parent/PODID/libpod-ID"; systemd: "machine-libpod_pod_PODID.slice/libpod-ID.scope". */
const podPart = /^(?:machine-libpod_pod_|user-libpod_pod_)?([0-9a-f]{64})(?:\.slice)?$/;

export const podman: Engine = {
  name: 'podman',
  isProgram: isConmon,
  readCgroup(part, before) {
    const id = /^libpod-([0-9a-f]{64})(?:\.scope)?$/.exec(part)?.[1];
    return id === undefined ? undefined : claim(id, undefined, podPart.exec(before.at(-1) ?? '')?.[1]);
  },
  readMonitor(process, words) {
    const conmon = readConmon(process, words);
    return conmon && !conmon.isCrio ? claim(conmon.id, conmon.name) : undefined;
  },
  learn(drafts, reader) {
    for (const [storage, own] of groupByStorage(drafts, reader)) {
      learnFrom(storage, own, reader);
      namePods(storage, own.filter(isKept), reader);
    }
  },
};

/** conmon(8). */
export function isConmon(name: string): boolean {
  return name === 'conmon';
}

interface Conmon {
  readonly id: string;
  readonly name: string | undefined;
  /** The directory with the container's config.json. */
  readonly bundle: string | undefined;
  /** CRI-O uses conmon as well. */
  readonly isCrio: boolean;
}

export function readConmon({ comm }: Process, words: readonly string[]): Conmon | undefined {
  if (comm !== 'conmon') return undefined;
  const id = readOption(words, '-c', '--cid');
  if (id === undefined || !containerId.test(id)) return undefined;
  const name = readOption(words, '-n', '--name');
  const isCrio = name?.startsWith('k8s_') === true || readOption(words, '--exit-dir')?.includes('/crio/') === true;
  return { id, name, bundle: readOption(words, '-b', '--bundle'), isCrio };
}

function isKept({ evidence }: WorkloadDraft): boolean {
  return evidence.some(({ by }) => by === 'state');
}

/** Each storage directory with the workloads whose conmon names a place in it. */
function groupByStorage(
  drafts: readonly WorkloadDraft[],
  reader: StateReader,
): ReadonlyMap<string, readonly WorkloadDraft[]> {
  const groups = new Map<string, WorkloadDraft[]>();
  for (const draft of drafts) {
    const storage = findStorage(draft, reader) ?? '/var/lib/containers/storage/overlay-containers';
    const group = groups.get(storage);
    if (group) group.push(draft);
    else groups.set(storage, [draft]);
  }
  return groups;
}

/** "…/overlay-containers/ID/userdata" is a container's directory; that of a process of podman exec lies below it. */
function findStorage(draft: WorkloadDraft, reader: StateReader): string | undefined {
  for (const monitor of draft.monitors) {
    if (!reader.trusts(monitor, isConmon)) continue;
    const bundle = readConmon(monitor, listWords(monitor))?.bundle;
    const [, storage, id] = /^(\/.*-containers)\/([0-9a-f]{64})\/userdata(?=\/|$)/.exec(bundle ?? '') ?? [];
    if (storage !== undefined && id === draft.id) return storage;
  }
  return undefined;
}

function learnFrom(storage: string, drafts: readonly WorkloadDraft[], reader: StateReader): void {
  const file = `${storage}/containers.json`;
  const entries = reader.readJson(file);
  if (!Array.isArray(entries)) return;
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  for (const entry of entries) {
    const draft = byId.get(readWord(entry, 'id') ?? '');
    if (!draft) continue;
    const metadata = parseMetadata(readWord(entry, 'metadata'));
    // podman rename changes the names and leaves the metadata as they were.
    draft.name = readWord(entry, 'names', '0') ?? readWord(metadata, 'name') ?? draft.name;
    draft.image = readWord(metadata, 'image-name');
    draft.evidence.push({ by: 'state', text: file });
  }
}

/** JSON inside of JSON. */
function parseMetadata(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
