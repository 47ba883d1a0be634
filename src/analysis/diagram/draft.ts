// A diagram that is being made: boxes by what they hold, and lines between them, each once.
import type { NamespaceType } from '../../model/snapshot/namespace-types.ts';
import type { ListedNamespace } from '../graph/inferred-places.ts';
import { keyOfNamespace, type NamespaceHome } from '../listing/namespace-home.ts';
import type { DiagramBox, DiagramHub, DiagramLine } from './diagram.ts';

/** Boxes by namespace, and what lies between them. */
export class DiagramDraft {
  readonly #boxes = new Map<string, DraftBox>();
  readonly #boxOf = new Map<string, DraftBox>();
  readonly #lines = new Map<string, DraftLine>();

  /** The box with this key, made where there is none. */
  box(key: string, home: NamespaceHome, isAboveUnknown = false): DraftBox {
    const found = this.#boxes.get(key) ?? {
      ...{ key, home, isAboveUnknown },
      namespaces: [],
      processes: 0,
      notes: [],
      hubs: [],
      folded: [],
    };
    this.#boxes.set(key, found);
    return found;
  }

  put(namespace: ListedNamespace, box: DraftBox): void {
    box.namespaces.push(namespace);
    this.#boxOf.set(keyOfNamespace(namespace), box);
  }

  boxOf(namespace: ListedNamespace): DraftBox | undefined {
    return this.#boxOf.get(keyOfNamespace(namespace));
  }

  connect(from: DraftBox, to: DraftBox, { type, label, isMutual = false }: LineWords): void {
    if (from === to) return;
    const key = JSON.stringify([from.key, to.key]);
    const line = this.#lines.get(key) ?? { from, to, types: new Set(), labels: [], isMutual };
    if (type !== undefined) line.types.add(type);
    if (label !== undefined) line.labels.push(label);
    this.#lines.set(key, line);
  }

  finish(): DrawnGraph {
    const lines = [...this.#lines.values()].map((line): DiagramLine => ({ ...line, types: [...line.types] }));
    return { boxes: [...this.#boxes.values()], lines };
  }
}

/** Boxes and lines before any is folded or left out. */
export interface DrawnGraph {
  readonly boxes: readonly DiagramBox[];
  readonly lines: readonly DiagramLine[];
}

export interface DraftBox extends DiagramBox {
  readonly namespaces: ListedNamespace[];
  processes: number;
  readonly notes: string[];
  readonly hubs: DiagramHub[];
}

interface DraftLine {
  readonly from: DraftBox;
  readonly to: DraftBox;
  readonly types: Set<NamespaceType>;
  readonly labels: string[];
  readonly isMutual: boolean;
}

/** What one connection adds to a line. */
interface LineWords {
  readonly type?: NamespaceType;
  readonly label?: string;
  readonly isMutual?: boolean;
}
