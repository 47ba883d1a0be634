// The kernel's own name of a namespace, `net:[4026532992]`: what nsfs shows as a link's text and as a mount's root.
import { isNamespaceType, type NamespaceType } from '../../model/snapshot/namespace-types.ts';

/**
 * Reads the text of a link in /proc/PID/ns or /proc/PID/fd.
 * @returns undefined for anything else: a path begins with a slash, and no other file system prints this form
 * @see fs/nsfs.c ns_dname, ns_show_path
 */
export function parseNamespaceName(text: string): { readonly type: NamespaceType; readonly inode: number } | undefined {
  const match = /^([a-z]+):\[(\d+)\]$/.exec(text);
  return match?.[1] && isNamespaceType(match[1]) ? { type: match[1], inode: Number(match[2]) } : undefined;
}
