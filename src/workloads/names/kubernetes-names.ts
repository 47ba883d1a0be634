// How Kubernetes calls the containers that it has Docker and CRI-O make: kubernetes/kubernetes
// pkg/kubelet/dockershim/naming.go, cri-o internal/lib: "k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT".

/** @returns "NAMESPACE/POD/CONTAINER", "NAMESPACE/POD" for the pause container of a pod; undefined for other names */
export function readKubernetesName(name: string): string | undefined {
  const match = /^k8s_([^_]+)_([^_]+)_([^_]+)_[^_]+_\d+$/.exec(name);
  if (!match) return undefined;
  const [, container = '', pod = '', namespace = ''] = match;
  return container === 'POD' ? `${namespace}/${pod}` : `${namespace}/${pod}/${container}`;
}
