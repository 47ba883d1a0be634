// Lays a forest out as lines with branches in front of them.

/** A node with its place in the drawing. */
export interface TreeLine<Node> {
  readonly node: Node;
  /** Branches to draw in front of it: "│ └─". */
  readonly prefix: string;
  readonly depth: number;
}

/**
 * The nodes depth first, in the order given among siblings. Nodes that are above each other in a ring (which bad data may
 * say) become roots, so that none is lost.
 * @param above - the node that one hangs below, which must be among `nodes`; undefined for a root
 * @param deepestIndent - from this many levels on the outermost branches are left out and `…` stands for them, so that a
 *   deep tree stays readable and its drawing does not grow with the square of its depth
 */
export function layOutTree<Node>(
  nodes: readonly Node[],
  above: (node: Node) => Node | undefined,
  deepestIndent = 100,
): TreeLine<Node>[] {
  const below = new Map<Node, Node[]>();
  const roots: Node[] = [];
  for (const node of nodes) {
    const parent = above(node);
    if (parent === undefined || parent === node) {
      roots.push(node);
      continue;
    }
    const siblings = below.get(parent);
    if (siblings) siblings.push(node);
    else below.set(parent, [node]);
  }
  const lines: TreeLine<Node>[] = [];
  const drawn = new Set<Node>();
  for (const root of [...roots, ...nodes]) {
    // A stack of its own: trees of processes can be deeper than the call stack.
    const stack: { node: Node; lead: string; mark: string; depth: number }[] = [
      { node: root, lead: '', mark: '', depth: 0 },
    ];
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { node, lead, mark, depth } = top;
      if (drawn.has(node)) continue;
      drawn.add(node);
      lines.push({ node, prefix: lead + mark, depth });
      const children = below.get(node) ?? [];
      const next = depth === 0 ? '' : shorten(lead + (mark === '└─' ? '  ' : '│ '), 2 * deepestIndent);
      for (let i = children.length - 1; i >= 0; i--)
        stack.push({
          node: children[i] as Node,
          lead: next,
          mark: i === children.length - 1 ? '└─' : '├─',
          depth: depth + 1,
        });
    }
  }
  return lines;
}

function shorten(lead: string, longest: number): string {
  return lead.length <= longest ? lead : `… ${lead.slice(lead.length - longest + 2)}`;
}
