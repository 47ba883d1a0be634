// Which containers are Podman's? cgroups "libpod-ID" and "libpod-ID.scope", conmon's command line, which anybody may read
// and has the name (conmon(8)), and what containers/storage keeps: STORAGE/overlay-containers/containers.json. Rootless
// containers may have no cgroup of their own: then conmon alone tells.
import type { Process } from '../model/schema.ts';
import { type Claim, containerId, type Draft, type Engine, listWords, readOption, type StateReader } from './engine.ts';
import { readWord } from './json-fields.ts';

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
  readCgroup(part, before) {
    const id = /^libpod-([0-9a-f]{64})(?:\.scope)?$/.exec(part)?.[1];
    return id === undefined ? undefined : claim(id, undefined, podPart.exec(before.at(-1) ?? '')?.[1]);
  },
  readMonitor(process, words) {
    const conmon = readConmon(process, words);
    return conmon && !conmon.isCrio ? claim(conmon.id, conmon.name) : undefined;
  },
  learn(drafts, reader) {
    for (const [storage, own] of groupByStorage(drafts, reader)) learnFrom(storage, own, reader);
    namePods(drafts, reader);
  },
};

export interface Conmon {
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

/** Each storage directory with the workloads whose conmon names a place in it. */
function groupByStorage(drafts: readonly Draft[], reader: StateReader): ReadonlyMap<string, readonly Draft[]> {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const storage =
      findUserdata(draft, reader)?.replace(/\/[0-9a-f]{64}\/userdata$/, '') ??
      '/var/lib/containers/storage/overlay-containers';
    const group = groups.get(storage);
    if (group) group.push(draft);
    else groups.set(storage, [draft]);
  }
  return groups;
}

/** "/var/lib/containers/storage/overlay-containers/ID/userdata"; that of a process of podman exec lies below it. */
function findUserdata(draft: Draft, reader: StateReader): string | undefined {
  for (const monitor of draft.monitors) {
    if (!reader.trusts(monitor)) continue;
    const bundle = readConmon(monitor, listWords(monitor))?.bundle;
    const userdata = bundle && /^\/.*-containers\/([0-9a-f]{64})\/userdata(?=\/|$)/.exec(bundle);
    if (userdata && userdata[1] === draft.id) return userdata[0];
  }
  return undefined;
}

function learnFrom(storage: string, drafts: readonly Draft[], reader: StateReader): void {
  const file = `${storage}/containers.json`;
  const entries = reader.readJson(file);
  if (!Array.isArray(entries)) return;
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  for (const entry of entries) {
    const draft = byId.get(readWord(entry, 'id') ?? '');
    if (!draft) continue;
    const metadata = parseMetadata(readWord(entry, 'metadata'));
    draft.name = readWord(metadata, 'name') ?? draft.name;
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

/** A pod is called as the host name of its infra container, whose own name begins with the id of the pod. */
function namePods(drafts: readonly Draft[], reader: StateReader): void {
  const infras = new Map(drafts.flatMap((draft) => (draft.name?.endsWith('-infra') ? [[draft.name, draft]] : [])));
  const names = new Map<string, string>();
  for (const draft of drafts) {
    if (draft.pod === undefined) continue;
    const infra = infras.get(`${draft.pod.slice(0, 12)}-infra`);
    const known = names.get(draft.pod);
    const userdata = known === undefined && infra ? findUserdata(infra, reader) : undefined;
    const name = known ?? (userdata && readWord(reader.readJson(`${userdata}/config.json`), 'hostname'));
    if (name === undefined) continue;
    names.set(draft.pod, name);
    draft.pod = name;
  }
}
