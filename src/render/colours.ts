// Colours mean one thing each: the type of a namespace.
import { createColors } from 'picocolors';
import { type NamespaceType, namespaceTypes } from '../model/namespace-types.ts';

export type Paint = (text: string) => string;

export interface Palette {
  readonly types: Readonly<Record<NamespaceType, Paint>>;
  /** What leads to something else or is said in passing. */
  readonly faint: Paint;
  readonly strong: Paint;
}

export function makePalette(colours: boolean): Palette {
  const c = createColors(colours);
  return {
    types: {
      cgroup: c.gray,
      ipc: c.magenta,
      mnt: c.yellow,
      net: c.green,
      pid: c.red,
      time: c.white,
      user: c.cyan,
      uts: c.blue,
    },
    faint: c.dim,
    strong: c.bold,
  };
}

/** Colours every `type:[inode]` in a text that is already safe for a terminal. */
export function paintNamespaces(text: string, palette: Palette): string {
  return text.replace(anyNamespace, (match, type: NamespaceType) => palette.types[type](match));
}

const anyNamespace = new RegExp(`\\b(${namespaceTypes.join('|')}):\\[\\d+\\]`, 'g');
