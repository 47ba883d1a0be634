// The names under which engines pin namespaces for a workload, and nobody else names one.
import { isKnown } from '../../model/snapshot/known.ts';
import type { Namespace } from '../../model/snapshot/schema.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

interface PinnedBy {
  readonly engine: string;
  /** Whether such a namespace is without a process for a while also where all is well. */
  readonly mayWait: boolean;
}

/**
 * containerd pkg/netns, containernetworking/plugins pkg/ns, containers/common pkg/netns, CRI-O pinns, moby
 * libnetwork/osl: a sandbox of Docker is called by the first 12 digits of its id, others, as ingress_sbox, are not.
 */
const pins: readonly (PinnedBy & { readonly path: RegExp })[] = [
  { engine: 'a CNI runtime (containerd, CRI-O)', mayWait: false, path: new RegExp(`/netns/cni-${uuid}$`) },
  { engine: 'Podman', mayWait: false, path: new RegExp(`/netns/netns-${uuid}$`) },
  { engine: 'Docker', mayWait: false, path: /^(?!\/(?:var\/)?run\/netns\/).*\/netns\/[0-9a-f]{12}$/ },
  { engine: 'CRI-O', mayWait: true, path: new RegExp(`/(?:net|ipc|uts|user|pid)ns/${uuid}$`) },
];

export interface EnginePin extends PinnedBy {
  readonly path: string;
  /** The inode of the mount namespace in which it is, where that is known. */
  readonly mountNamespace: number | undefined;
}

/** The names of a namespace that are an engine's, each once for every mount namespace that has it. */
export function findEnginePins({ names, holders }: Pick<Namespace, 'names' | 'holders'>): EnginePin[] {
  const mounted = holders.flatMap((holder) => {
    if (holder.kind !== 'bind-mount' || !isKnown(holder.path)) return [];
    const { path, mountNamespace } = holder;
    return recognize(path, isKnown(mountNamespace) ? mountNamespace : undefined);
  });
  const paths = new Set(mounted.map(({ path }) => path));
  const named = names.flatMap(({ path }) => (paths.has(path) ? [] : recognize(path, undefined)));
  return [...mounted, ...named];
}

/** @param path - of a file in which an engine might have pinned a namespace */
export function recognizePin(path: string): PinnedBy | undefined {
  return pins.find((pin) => pin.path.test(path));
}

function recognize(path: string, mountNamespace: number | undefined): EnginePin[] {
  const pin = recognizePin(path);
  return pin ? [{ engine: pin.engine, mayWait: pin.mayWait, path, mountNamespace }] : [];
}
