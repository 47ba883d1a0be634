// Colours mean one thing each: the type of a namespace.
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';

type Paint = (text: string) => string;

export interface Palette {
  readonly types: Readonly<Record<NamespaceType, Paint>>;
  /** What leads to something else or is said in passing. */
  readonly faint: Paint;
  readonly strong: Paint;
  /** Whether there are any: without them nothing need be painted. */
  readonly colours: boolean;
}

/** Puts the sequences of a colour or of a weight around a text: styleText of node:util does. */
export type Styler = (style: Style | Style[], text: string) => string;

type Style = 'magenta' | 'green' | 'red' | 'cyan' | 'blue' | 'dim' | 'bold' | 'underline';

/**
 * Of the sixteen colours those that can be read on light and on dark: no yellow, white, black, nor a bright one, and blue
 * only when it is bold. The other types differ by weight and lines.
 * @param style - what colours; left out, nothing is coloured
 */
export function makePalette(style?: Styler): Palette {
  const paint = (name: Parameters<Styler>[0]): Paint => (style ? (text) => style(name, text) : (text) => text);
  return {
    types: {
      cgroup: paint('dim'),
      ipc: paint('magenta'),
      mnt: paint(['bold', 'blue']),
      net: paint('green'),
      pid: paint('red'),
      time: paint(['dim', 'underline']),
      user: paint('cyan'),
      uts: paint('underline'),
    },
    faint: paint('dim'),
    strong: paint('bold'),
    colours: style !== undefined,
  };
}

/** Colours every `type:[inode]` in a text that is already safe for a terminal. */
export function paintNamespaces(text: string, palette: Palette): string {
  return text.replace(anyNamespace, (match, type: NamespaceType) => palette.types[type](match));
}

/** Colours every word in a safe text that is a type, with what stands in brackets after it: `mnt net(2)`. */
export function paintTypes(text: string, palette: Palette): string {
  return text.replace(anyType, (match, type: NamespaceType) => palette.types[type](match));
}

const anyType = new RegExp(`(?<![\\w:])(${namespaceTypes.join('|')})\\b(?:\\(\\d+\\)|:\\[\\d+\\])?`, 'g');
const anyNamespace = new RegExp(`\\b(${namespaceTypes.join('|')}):\\[\\d+\\]`, 'g');
