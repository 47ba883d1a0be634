// The containers of Kubernetes. The kubelet's cgroups: "kubepods/CLASS/podUID/ID", with systemd
// "kubepods-CLASS-podUID.slice/cri-containerd-ID.scope" or "crio-ID.scope" (kubernetes pkg/kubelet/cm). Names stand in
// the annotations of the container's config.json: io.kubernetes.cri.* of containerd, io.kubernetes.* of CRI-O; CRI-O's
// conmon has them in its command line.

import { readWord, readWords } from '../names/json-fields.ts';
import { readKubernetesName } from '../names/kubernetes-names.ts';
import {
  type Claim,
  containerId,
  type Engine,
  listWords,
  type StateReader,
  type WorkloadDraft,
} from '../signs/engine.ts';
import { findTask } from './containerd.ts';
import { isConmon, readConmon } from './podman.ts';
import { isShim, readShim } from './shim.ts';

function claim(id: string, pod?: string, name?: string): Claim {
  return {
    engine: 'cri',
    kind: 'container',
    id,
    ...(pod === undefined ? {} : { pod }),
    ...(name === undefined ? {} : { name }),
  };
}

const uid = '[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32}';
const podPart = new RegExp(`(?:^|-)pod(${uid})(?:\\.slice)?(?::|$)`);

function isCriProgram(name: string): boolean {
  return isShim(name) || isConmon(name);
}

export const cri: Engine = {
  name: 'cri',
  isProgram: isCriProgram,
  readCgroup(part, before) {
    const scope =
      /^(?:cri-containerd|crio)-([0-9a-f]{64})\.scope$/.exec(part) ??
      /:(?:cri-containerd|crio):([0-9a-f]{64})$/.exec(part);
    const pod = podPart.exec(part.includes(':') ? part : (before.at(-1) ?? ''))?.[1]?.replaceAll('_', '-');
    const id = scope?.[1] ?? (containerId.test(part) && pod !== undefined ? part : undefined);
    return id === undefined ? undefined : claim(id, pod);
  },
  readMonitor(process, words) {
    const shim = readShim(process, words);
    if (shim?.namespace === 'k8s.io') return claim(shim.id);
    const conmon = readConmon(process, words);
    return conmon?.isCrio ? claim(conmon.id, undefined, conmon.name && readKubernetesName(conmon.name)) : undefined;
  },
  learn(drafts, reader) {
    // The shim of a pod runs all containers of it: each is looked for where the shims of all say.
    // By the uid of the pod, which its name takes the place of as soon as that is known.
    const pods = new Map(drafts.map((draft) => [draft, draft.pod]));
    const shims = drafts.filter(({ monitors }) => monitors.length > 0);
    for (const draft of drafts) {
      const places = [draft, ...shims.filter((one) => pods.get(one) === pods.get(draft) && one !== draft)];
      const files = places.flatMap((place) => findConfig(place, draft.id, reader) ?? []);
      for (const file of new Set(files)) if (learnFrom(draft, file, reader)) break;
    }
  },
};

function findConfig(place: WorkloadDraft, id: string, reader: StateReader): string | undefined {
  for (const monitor of place.monitors) {
    if (!reader.trusts(monitor, isCriProgram)) continue;
    const bundle = readConmon(monitor, listWords(monitor))?.bundle;
    if (bundle?.startsWith('/') && bundle.includes(id)) return `${bundle}/config.json`;
  }
  return findTask(place, reader, id);
}

function learnFrom(draft: WorkloadDraft, file: string, reader: StateReader): boolean {
  const annotations = readWords(reader.readJson(file), 'annotations');
  if (!annotations) return false;
  const [namespace, pod] = [
    annotations['io.kubernetes.cri.sandbox-namespace'] ?? annotations['io.kubernetes.pod.namespace'],
    annotations['io.kubernetes.cri.sandbox-name'] ?? annotations['io.kubernetes.pod.name'],
  ];
  const type = annotations['io.kubernetes.cri.container-type'] ?? annotations['io.kubernetes.cri-o.ContainerType'];
  const container = annotations['io.kubernetes.cri.container-name'] ?? annotations['io.kubernetes.container.name'];
  if (namespace === undefined || pod === undefined) return false;
  const isPause = type === 'sandbox' || container === undefined || container === 'POD';
  draft.name = isPause ? `${namespace}/${pod}` : `${namespace}/${pod}/${container}`;
  draft.pod = `${namespace}/${pod}`;
  draft.image =
    readWord(annotations, 'io.kubernetes.cri.image-name') ?? readWord(annotations, 'io.kubernetes.cri-o.ImageName');
  draft.evidence.push({ by: 'state', text: file });
  return true;
}
