// Which namespaces have names of ip netns, and which are bind mounted where nscope is? Read as soon as the kernel says that
// mounts or names changed, so that nobody waits for a snapshot to hear of it.

import { searchMounts } from '../../kernel/mounts/mount-search.ts';
import { superBlockMagic } from '../../kernel/mounts/mounts.ts';
import { readNetnsFiles } from '../../kernel/nsfs/netns-names.ts';
import { findOwnPid } from '../../kernel/own/host.ts';
import type { EventDraft } from '../../model/live/events.ts';
import { describeHolder, type LiveState } from '../../model/live/live-state.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { formatNamespace } from '../../model/snapshot/namespace-types.ts';
import type { Holder, NamespaceName } from '../../model/snapshot/schema.ts';

const nsfs = new Map([['nsfs', superBlockMagic.nsfs]]);

/** What of names and own mounts the state does not say yet, of namespaces that it knows. */
export function findMountChanges(state: LiveState, ownMountNamespace: number | undefined): EventDraft[] {
  return [...findNames(state), ...(ownMountNamespace === undefined ? [] : findBindMounts(state, ownMountNamespace))];
}

function* findNames(state: LiveState): Generator<EventDraft> {
  const names = readNames();
  for (const { key, name } of state.names.values()) {
    const namespace = state.namespaces.get(key);
    if (namespace && names.get(name.path)?.key !== key) yield { event: 'unnamed', namespace, name };
  }
  for (const [path, { key, name }] of names) {
    const namespace = state.namespaces.get(key);
    if (namespace && state.names.get(path)?.key !== key) yield { event: 'named', namespace, name };
  }
}

function readNames(): Map<string, { readonly key: string; readonly name: NamespaceName }> {
  const names = new Map<string, { readonly key: string; readonly name: NamespaceName }>();
  const found = readNetnsFiles();
  for (const { path, named } of isKnown(found) ? found.files : [])
    if (isKnown(named)) names.set(path, { key: formatNamespace(named.type, named.inode), name: named.name });
  return names;
}

function* findBindMounts(state: LiveState, mountNamespace: number): Generator<EventDraft> {
  const found = searchMounts({
    fd: undefined,
    id: state.namespaces.get(formatNamespace('mnt', mountNamespace))?.id ?? undefined,
    own: true,
    paths: [`/proc/${findOwnPid() ?? process.pid}/ns/mnt`],
    fileSystems: nsfs,
  });
  if (!isKnown(found) || found.cut !== undefined) return;
  const now = new Map<string, { readonly key: string; readonly holder: Holder }>();
  for (const { root, path } of found.mounts) {
    if (!isKnown(path)) continue;
    const holder: Holder = { kind: 'bind-mount', path, mountNamespace };
    const key = root.replace(/^\//, '');
    now.set(`${key} ${describeHolder(holder)}`, { key, holder });
  }
  for (const [key, holders] of state.holders)
    for (const [text, holder] of holders) {
      if (holder.kind !== 'bind-mount' || holder.mountNamespace !== mountNamespace || !isKnown(holder.path)) continue;
      const namespace = state.namespaces.get(key);
      if (!now.delete(`${key} ${text}`) && namespace) yield { event: 'released', namespace, holder, process: null };
    }
  for (const { key, holder } of now.values()) {
    const namespace = state.namespaces.get(key);
    if (namespace) yield { event: 'held', namespace, holder, process: null };
  }
}
