// The program that containerd starts for each container or pod: containerd's core/runtime/v2/README.md, and of Docker
// before 18.09 docker-containerd-shim with -workdir.
import type { Process } from '../../model/snapshot/schema.ts';
import { readOption } from '../signs/engine.ts';

interface Shim {
  /** "moby" is Docker's, "k8s.io" that of Kubernetes. */
  readonly namespace: string;
  readonly id: string;
}

/** containerd-shim-runc-v2 and its like. */
export function isShim(name: string): boolean {
  return /^(?:docker-)?containerd-shim(?:-[\w-]+)?$/.test(name);
}

/** The kernel cuts names of processes after 15 bytes. */
const names = new Set(['containerd-shim', 'docker-containe']);

export function readShim({ comm }: Process, words: readonly string[]): Shim | undefined {
  if (!names.has(comm)) return undefined;
  const namespace = readOption(words, '-namespace', '--namespace');
  const id = readOption(words, '-id', '--id') ?? readOption(words, '-workdir')?.split('/').at(-1);
  return namespace === undefined || id === undefined || id === '' ? undefined : { namespace, id };
}
